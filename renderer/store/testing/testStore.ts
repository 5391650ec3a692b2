import 'fake-indexeddb/auto'
import { openStore, type Store } from '../store.ts'

/** A store of its own over fake-indexeddb, whose data lives as long as the test's process. Reopen it by its name. */
export const openTestStore = (name = `test-${crypto.randomUUID()}`): Promise<Store> => openStore(name)

const latin1 = new TextDecoder('latin1')

/** Every byte of every row as the disk would hold it, one letter a byte; keys left out, which nothing can read. */
export async function storedBytes({ db }: Store): Promise<string> {
  const rows = await Promise.all(db.tables.filter(({ name }) => name !== 'keys').map((table) => table.toArray()))
  const texts: string[] = []
  const walk = (value: unknown): void => {
    if (value instanceof ArrayBuffer) texts.push(latin1.decode(value))
    else if (ArrayBuffer.isView(value)) texts.push(latin1.decode(value))
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(walk)
    else texts.push(String(value))
  }
  walk(rows)
  return texts.join('\n')
}
