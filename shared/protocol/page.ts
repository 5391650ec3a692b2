import { z } from 'zod'

/** At most in one page of a list. */
export const MOST_IN_PAGE = 500

/**
 * A list that grows is read page by page, the newest first: `cursor` is the `nextCursor` of the page before, null at the end. A cursor
 * says where in the order to go on, so what is added meanwhile makes no row come twice.
 */
export const pageQuerySchema = <Cursor extends z.ZodType>(cursor: Cursor) =>
  z.object({ cursor: cursor.optional(), limit: z.coerce.number().int().min(1).max(MOST_IN_PAGE).default(100) })

export const pageSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

export interface Page<Item> {
  readonly items: Item[]
  readonly nextCursor: string | null
}
