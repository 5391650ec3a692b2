import { z } from 'zod'

const operationSchema = z.object({
  summary: z.string().optional(),
  description: z.string().optional(),
  parameters: z.array(z.object({ name: z.string(), in: z.string(), required: z.boolean().optional() })).default([]),
  requestBody: z.looseObject({}).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string().optional() })).default({}),
})

/** As much of an OpenAPI document as the page shows. */
export const openApiSchema = z.object({
  openapi: z.string(),
  info: z.object({ title: z.string(), version: z.string(), description: z.string().optional() }),
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
})
export type OpenApi = z.infer<typeof openApiSchema>
export type Operation = z.infer<typeof operationSchema> & { readonly method: string; readonly path: string }

/** The operations of the console's API, under the first word of their path. */
export function operationsByCapability({ paths }: OpenApi, prefix: string): readonly [string, readonly Operation[]][] {
  const groups = new Map<string, Operation[]>()
  for (const [path, methods] of Object.entries(paths)) {
    if (!path.startsWith(prefix)) continue
    const [, capability = ''] = path.slice(prefix.length).split('/')
    const group = groups.get(capability) ?? []
    groups.set(capability, group)
    for (const [method, operation] of Object.entries(methods)) group.push({ ...operation, method, path })
  }
  return [...groups].toSorted(([one], [other]) => one.localeCompare(other))
}
