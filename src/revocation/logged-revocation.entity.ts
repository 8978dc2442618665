import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * What was revoked, written by the transaction that revoked it, until every instance that may answer from memory has
 * read it. On PostgreSQL only.
 */
@Entity({ name: 'latchkey_revocations' })
export class LoggedRevocation {
  /** The transaction. With its id each instance tells what has been committed since it last read. */
  @PrimaryColumn({ name: 'xid', type: 'bigint', primaryKeyConstraintName: 'pk_latchkey_revocations' })
  xid!: string;

  /** Transactions are numbered anew in a database that was restored from a dump. */
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36, primaryKeyConstraintName: 'pk_latchkey_revocations' })
  id!: string;

  /** JSON of what is to be evicted. Holds ids only. */
  @Column({ name: 'eviction', type: 'text' })
  eviction!: string;
}
