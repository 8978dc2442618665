// The raw driver: a connection for each caller, and four round trips.
import pg from 'pg';
import { twoStatements } from './statements.mjs';
import { answerDeletions } from './measure.mjs';

answerDeletions(async ({ url, workspaceId }) => {
  const pool = new pg.Pool({ connectionString: url, max: 16 });
  const remove = async (id) => {
    const client = await pool.connect();
    await client.query('BEGIN');
    for (const [text, values] of twoStatements(id, workspaceId)) {
      const { rowCount } = await client.query(text, values);
      if (rowCount !== 1) throw new Error('A key was not there.');
    }
    await client.query('COMMIT');
    client.release();
  };
  return { remove };
});
