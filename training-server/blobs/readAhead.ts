/** Opened at most beyond the one in use: enough for a disk or an object store to be busy while the one before is written. */
const AHEAD = 8

/**
 * `open` of each item, in the items' order, the next few begun before they are asked for: a file's way through four system calls or
 * an object store's answer is waited for while the one before is written. Nothing is left running when it ends, however it ends.
 */
export async function* readAhead<Item, Opened>(
  items: Iterable<Item>,
  open: (item: Item) => Promise<Opened>,
): AsyncGenerator<Opened> {
  const begun: Promise<Opened>[] = []
  const source = items[Symbol.iterator]()
  const begin = (): void => {
    const next = source.next()
    if (next.done === true) return
    const opened = open(next.value)
    // Whoever takes it sees the failure; until then, or if nobody does, it is not an unhandled one.
    opened.catch(() => undefined)
    begun.push(opened)
  }
  try {
    for (let count = 0; count < AHEAD; count += 1) begin()
    for (let first = begun.shift(); first !== undefined; first = begun.shift()) {
      begin()
      yield await first
    }
  } finally {
    await Promise.allSettled(begun)
  }
}
