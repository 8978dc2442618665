/** A break that no test notices, and why that is right. */
export interface Survivor {
  file: string;
  /** The line as it is, without the blanks around it. */
  line: string;
  change: string;
  reason: string;
}

export const SURVIVORS: readonly Survivor[] = [
  ...['<= for <', '- for +'].map((change) => ({
    file: 'src/authentication/credential.ts',
    line: 'for (let at = 0; at + 1 < headers.length; at += 2) {',
    change,
    reason: 'Of a name without a value, which Node never lists, the value is read as empty: no credential either way.',
  })),
  {
    file: 'src/authentication/credential.ts',
    line: "if (start === undefined || scheme === undefined) return SCHEME.test(text) ? '' : text;",
    change: '&& for ||',
    reason: 'Both are there or neither is: where the expression matches, so does its group.',
  },
  {
    file: 'src/authorization/permission.guard.ts',
    line: 'throw error;',
    change: 'without the statement',
    reason: 'Else it throws only if a body breaks off while it is read, and then nobody is there to be answered.',
  },
  {
    file: 'src/database/postgres/postgres-cancel.ts',
    line: 'socket.resume();',
    change: 'without the statement',
    reason:
      'The socket then closes by its time-out, a second later: the same end, and how long a test takes says nothing.',
  },
  {
    file: 'src/database/sqlite/sqlite-database.ts',
    line: "await dataSource.query('PRAGMA synchronous = FULL');",
    change: 'without the statement',
    reason: 'The SQLite of our drivers begins with it. Where another begins with less, the database is not opened.',
  },
  {
    file: 'src/database/transaction.ts',
    line: 'this.running.delete(running);',
    change: 'without the statement',
    reason: 'What has been answered is waited for no longer, whether it is on the list or not: it takes memory only.',
  },
  ...['revocations.length = 0;', 'staged?.abandon();'].map((line) => ({
    file: 'src/events/unit-of-work.ts',
    line,
    change: 'without the statement',
    reason: 'What is run again revokes the same again: all are told of it twice, and know no more.',
  })),
  {
    file: 'src/verification/look-up-gate.ts',
    line: 'if (this.statements < this.limits.atOnce) this.runSoon();',
    change: '<= for <',
    reason: 'What runs soon looks again whether there is room: it only comes for nothing.',
  },
  {
    file: 'src/verification/key-look-ups.ts',
    line: 'return { id, revoked: false, held: 0 };',
    change: 'true for false',
    reason:
      'Only the cache asks whether a workspace is revoked, and this is the workspace of a key that is not put there.',
  },
  {
    file: 'src/verification/key-store.ts',
    line: 'if (this.sets.size >= MOST_SETS) this.sets.clear();',
    change: 'without the statement',
    reason:
      'It bounds memory: a set that is not there is compiled anew. It takes 10,000 keys, each with other permissions.',
  },
  {
    file: 'src/verification/verification-request.ts',
    line: 'if (permissions.length > 1 && new Set(permissions).size < permissions.length)',
    change: '>= for >',
    reason: 'One permission is not named twice: the set would be made for nothing, which takes time only.',
  },
];
