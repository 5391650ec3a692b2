import { sql, type Transaction } from 'kysely'
import type { SiteBody, SiteRow } from '@spira/shared/protocol/careApi.ts'
import { SpiraError } from '@spira/shared/protocol/errors.ts'
import { newId } from '@spira/shared/protocol/ids.ts'
import { appendAudit } from '../audit/auditLog.ts'
import type { Database } from '../db/schema.ts'
import type { ServerContext } from '../server/context.ts'
import { appendChange } from './changeFeed.ts'

type Context = Pick<ServerContext, 'db'>

/** Where devices stand and participants come from, with what each has. */
export async function listSites({ db }: Context): Promise<SiteRow[]> {
  const { rows } = await sql<SiteRow>`
    select s.id, s.name, s.simulated, s.prevalence_percent,
      (select count(*) from devices where site_id = s.id and revoked_at is null)::int as devices,
      coalesce(p.participants, 0)::int as participants, coalesce(r.recordings, 0)::int as recordings
    from sites s
    left join (select site_id, count(*) as participants from participants group by 1) p on p.site_id = s.id
    left join (select site_id, count(*) as recordings from recording_index group by 1) r on r.site_id = s.id
    order by s.name`.execute(db)
  return rows
}

/** @throws SpiraError site_name_taken */
export async function createSite(
  context: Context,
  { name, prevalencePercent }: SiteBody,
  actor: string,
): Promise<SiteRow[]> {
  await context.db.transaction().execute(async (trx) => {
    const id = newId()
    const made = await trx
      .insertInto('sites')
      .values({ id, name, simulated: false, createdAt: new Date(), prevalencePercent })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('id')
      .executeTakeFirst()
    if (made === undefined) throw new SpiraError('site_name_taken', { name })
    if (prevalencePercent !== null) await tellPrevalence(trx, id, prevalencePercent)
    await appendAudit(trx, { actor, action: 'site.created', subject: `site:${id}`, details: { prevalencePercent } })
  })
  return listSites(context)
}

/**
 * What is recorded there keeps its site; frozen dataset versions keep the name they were frozen with. The site's devices learn of another
 * prevalence at their next contact.
 * @throws SpiraError not_found, site_name_taken
 */
export async function changeSite(
  context: Context,
  { id, name, prevalencePercent }: SiteBody & { id: string },
  actor: string,
): Promise<SiteRow[]> {
  await context.db.transaction().execute(async (trx) => {
    const other = await trx.selectFrom('sites').select('id').where('name', '=', name).executeTakeFirst()
    if (other !== undefined && other.id !== id) throw new SpiraError('site_name_taken', { name })
    const before = await trx.selectFrom('sites').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
    if (before === undefined) throw new SpiraError('not_found')
    await trx.updateTable('sites').set({ name, prevalencePercent }).where('id', '=', id).execute()
    const isOther = prevalencePercent !== before.prevalencePercent
    if (isOther) await tellPrevalence(trx, id, prevalencePercent)
    const subject = `site:${id}`
    if (name !== before.name) await appendAudit(trx, { actor, action: 'site.renamed', subject })
    if (isOther)
      await appendAudit(trx, { actor, action: 'site-prevalence.set', subject, details: { prevalencePercent } })
  })
  return listSites(context)
}

const tellPrevalence = (trx: Transaction<Database>, siteId: string, percent: number | null): Promise<void> =>
  appendChange(trx, siteId, { type: 'site-prevalence.set', percent })
