import { type Page, pageSchema } from '@spira/shared/protocol/page.ts'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { z } from 'zod'
import { request } from './request.ts'

const PAGE_ROWS = 200

/** A list of which older pages are asked for when somebody wants to see them (frame/Older.tsx). */
export interface Pages<Item> {
  /** What has come so far, the newest first. */
  readonly data: readonly Item[] | undefined
  readonly error: Error | null
  readonly isPending: boolean
  readonly isSuccess: boolean
  readonly hasNextPage: boolean
  readonly isFetchingNextPage: boolean
  readonly fetchNextPage: () => Promise<unknown>
  readonly refetch: () => Promise<unknown>
}

interface PagedList<Item> {
  readonly queryKey: readonly string[]
  readonly path: string
  readonly item: z.ZodType<Item>
  /** How soon it is asked for again; `false`: not by itself. */
  readonly refetchMs?: (items: readonly Item[]) => number | false
}

/** The newest page of a list, and the way to the older ones. */
export function usePages<Item>({ queryKey, path, item, refetchMs = () => false }: PagedList<Item>): Pages<Item> {
  const query = useInfiniteQuery({
    queryKey,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) => page(path, item, pageParam),
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: ({ state }) => refetchMs(state.data?.pages.flatMap(({ items }) => items) ?? []),
  })
  const pages = query.data?.pages
  const data = useMemo(() => pages?.flatMap(({ items }) => items), [pages])
  return { ...query, data }
}

/** All of a list that is chosen from: each of its pages. @throws RequestFailure */
export async function everyPage<Item>(path: string, item: z.ZodType<Item>): Promise<Item[]> {
  const all: Item[] = []
  let cursor: string | null = null
  do {
    const { items, nextCursor }: Page<Item> = await page(path, item, cursor)
    all.push(...items)
    cursor = nextCursor
  } while (cursor !== null)
  return all
}

const page = <Item>(path: string, item: z.ZodType<Item>, cursor: string | null): Promise<Page<Item>> =>
  request('GET', `${path}?limit=${PAGE_ROWS}${cursor === null ? '' : `&cursor=${cursor}`}`, pageSchema(item))
