import { sql, type Kysely } from 'kysely'

/** Runs plain SQL, a statement after another; each ends with `;` at the end of its line. */
export async function runStatements(db: Kysely<unknown>, statements: string): Promise<void> {
  for (const statement of statements.split(';\n')) {
    if (statement.trim() !== '') await sql.raw(statement).execute(db)
  }
}
