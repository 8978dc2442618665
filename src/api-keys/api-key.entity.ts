import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { RateLimit } from '../identity/principal.js';
import type { ActorType } from '../events/actor.js';

export interface Creator {
  type: ActorType;
  id: string;
  display: string;
}

/** A living API key. A deleted one has no row here; what is left of it is a {@link DeletedKey}. */
@Entity({ name: 'latchkey_api_keys' })
@Unique('uq_latchkey_api_keys_hash', ['hash'])
@Unique('uq_latchkey_api_keys_workspace_name', ['workspaceId', 'name'])
@Index('ix_latchkey_api_keys_owner', ['workspaceId', 'ownerSubject'])
// An order each. What a list tests stands behind the order, so that no rows are read but those on the page.
@Index('ix_latchkey_api_keys_workspace_created', [
  'workspaceId',
  'createdDate',
  'id',
  'enabled',
  'expirationDate',
  'orphanedDate',
  'searchName',
])
@Index('ix_latchkey_api_keys_workspace_updated', [
  'workspaceId',
  'updatedDate',
  'id',
  'enabled',
  'expirationDate',
  'orphanedDate',
  'searchName',
])
@Index('ix_latchkey_api_keys_workspace_expiration', [
  'workspaceId',
  'expirationDate',
  'id',
  'enabled',
  'orphanedDate',
  'searchName',
])
@Index('ix_latchkey_api_keys_workspace_search', [
  'workspaceId',
  'searchName',
  'id',
  'enabled',
  'expirationDate',
  'orphanedDate',
])
// Few keys, in most workspaces.
@Index('ix_latchkey_api_keys_disabled', ['workspaceId', 'id'], { where: 'NOT enabled AND orphaned_date IS NULL' })
@Index('ix_latchkey_api_keys_orphaned', ['workspaceId', 'id'], { where: 'orphaned_date IS NOT NULL' })
@Index('ix_latchkey_api_keys_creator', ['creatorKeyId', 'id'], { where: 'creator_key_id IS NOT NULL' })
export class ApiKey {
  @PrimaryColumn({ name: 'id', type: 'varchar', length: 36, primaryKeyConstraintName: 'pk_latchkey_api_keys' })
  id!: string;

  /** No foreign key: what is in a workspace that was deleted goes after it. */
  @Column({ name: 'workspace_id', type: 'varchar', length: 36 })
  workspaceId!: string;

  @Column({ name: 'name', type: 'varchar', length: 100 })
  name!: string;

  /** The words of the name, by which it is searched and sorted. */
  @Column({ name: 'search_name', type: 'varchar', length: 2200 })
  searchName!: string;

  /** SHA-256 of the whole key, base64url. */
  @Column({ name: 'hash', type: 'varchar', length: 43 })
  hash!: string;

  // What each look-up asks stands before what may be long: on SQLite that may lie on other pages.
  @Column({ name: 'enabled', type: 'boolean' })
  enabled!: boolean;

  @Column({ name: 'expiration_date', type: 'varchar', length: 24, nullable: true })
  expirationDate!: string | null;

  /** When the member whom the key is bound to was removed. Adding them again does not bring the key back. */
  @Column({ name: 'orphaned_date', type: 'varchar', length: 24, nullable: true })
  orphanedDate!: string | null;

  /** The masked key, for people to recognise it by. */
  @Column({ name: 'hint', type: 'varchar', length: 32 })
  hint!: string;

  @Column({ name: 'permissions', type: 'simple-json' })
  permissions!: string[];

  @Column({ name: 'description', type: 'text', nullable: true })
  description!: string | null;

  /** CIDR ranges or single addresses; empty: from anywhere. */
  @Column({ name: 'allowed_ips', type: 'simple-json' })
  allowedIps!: string[];

  @Column({ name: 'rate_limit', type: 'simple-json', nullable: true })
  rateLimit!: RateLimit | null;

  @Column({ name: 'metadata', type: 'simple-json' })
  metadata!: Record<string, unknown>;

  @Column({ name: 'created_date', type: 'varchar', length: 24 })
  createdDate!: string;

  @Column({ name: 'updated_date', type: 'varchar', length: 24 })
  updatedDate!: string;

  @Column({ name: 'created_by', type: 'simple-json' })
  createdBy!: Creator;

  /** The key that created it, if one did. */
  @Column({ name: 'creator_key_id', type: 'varchar', length: 36, nullable: true })
  creatorKeyId!: string | null;

  /** The member whom the key is bound to, and whose permissions bound it; of an orphaned key, was. Null: not bound. */
  @Column({ name: 'owner_subject', type: 'varchar', length: 255, nullable: true })
  ownerSubject!: string | null;

  @Column({ name: 'last_used_date', type: 'varchar', length: 24, nullable: true })
  lastUsedDate!: string | null;

  /** Counts the changes; the ETag. */
  @Column({ name: 'version', type: 'integer' })
  version!: number;
}
