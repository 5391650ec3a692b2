import { idSchema } from '@spira/shared/protocol/ids.ts'
import { type Page, pageQuerySchema } from '@spira/shared/protocol/page.ts'
import type { z } from 'zod'

/** Of a list in the order of ids, which is the order in which they were made (UUIDv7): the cursor is the last row's id. */
export const idPageSchema = pageQuerySchema(idSchema)
export type IdPage = z.output<typeof idPageSchema>

/**
 * A page of `rows`, which were asked for with one more than `limit`: whether that one came says whether there is a next page.
 *
 * @param cursorOf where the page after the row begins.
 */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  { toItem, cursorOf }: { readonly toItem: (row: Row) => Item; readonly cursorOf: (row: Row) => string },
): Page<Item> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  }
}

export const idOf = ({ id }: { readonly id: string }): string => id
