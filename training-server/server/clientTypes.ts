import { z } from 'zod'
import { CONSOLE_API } from '@spira/shared/protocol/consoleApi.ts'

/** As much of an OpenAPI document as the types are made of. */
const schemaSchema = z.looseObject({})
const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        'x-token-scope': z.string().optional(),
        parameters: z
          .array(z.object({ name: z.string(), in: z.string(), required: z.boolean().optional(), schema: schemaSchema }))
          .default([]),
        requestBody: z.object({ content: z.record(z.string(), z.object({ schema: schemaSchema })) }).optional(),
        responses: z.record(
          z.string(),
          z.looseObject({ content: z.record(z.string(), z.object({ schema: schemaSchema })).optional() }),
        ),
      }),
    ),
  ),
})

/**
 * TypeScript of what programs may call with a token: for each operation its path and query, its body and its answer (null where that is
 * not JSON). Made of the OpenAPI document, so that client and server cannot disagree; `npm run -s api-client` writes it.
 */
export function clientTypes(document: unknown): string {
  const { paths } = documentSchema.parse(document)
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      if (!path.startsWith(CONSOLE_API) || operation['x-token-scope'] === undefined) return []
      const { parameters, requestBody, responses } = operation
      const of = (place: string): string =>
        objectOf(
          parameters
            .filter((parameter) => parameter.in === place)
            .map(({ name, required, schema }) => [name, typeOf(schema), required === true]),
        )
      const body = requestBody?.content['application/json']?.schema
      const answer = responses['200']?.content?.['application/json']?.schema
      return [
        `  '${method.toUpperCase()} ${path.slice(CONSOLE_API.length)}': {
    scope: '${operation['x-token-scope']}'
    path: ${of('path')}
    query: ${of('query')}
    body: ${body === undefined ? 'null' : typeOf(body)}
    answer: ${answer === undefined ? 'null' : typeOf(answer)}
  }`,
      ]
    }),
  )
  return `/** Made of the server's OpenAPI document by \`npm run -s api-client\`: change the schemas and run it, never this file. */
export interface ConsoleOperations {
${operations.toSorted((one, other) => one.localeCompare(other)).join('\n')}
}
`
}

type Schema = Readonly<Record<string, unknown>>
const asSchema = (value: unknown): Schema => schemaSchema.parse(value)
const asList = (value: unknown): readonly unknown[] => z.array(z.unknown()).parse(value)

/** A JSON Schema as a type; what is not understood is unknown, never guessed. */
export function typeOf(schema: Schema): string {
  if ('const' in schema) return JSON.stringify(schema['const'])
  if ('enum' in schema) return unionOf(asList(schema['enum']).map((value) => JSON.stringify(value)))
  for (const [word, joint] of [
    ['anyOf', ' | '],
    ['oneOf', ' | '],
    ['allOf', ' & '],
  ] as const)
    if (word in schema) {
      const parts = asList(schema[word]).map((part) => typeOf(asSchema(part)))
      return joint === ' | ' ? unionOf(parts) : `(${parts.join(joint)})`
    }
  const { type } = schema
  if (Array.isArray(type)) return unionOf(type.map((one) => typeOf({ ...schema, type: String(one) })))
  switch (type) {
    case 'object':
      return objectType(schema)
    case 'array':
      return 'items' in schema ? `${wrapped(typeOf(asSchema(schema['items'])))}[]` : 'unknown[]'
    case 'string':
      return 'string'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'null':
      return 'null'
    default:
      return 'unknown'
  }
}

function objectType(schema: Schema): string {
  const { additionalProperties } = schema
  if (!('properties' in schema))
    return typeof additionalProperties === 'object' && additionalProperties !== null
      ? `Record<string, ${typeOf(asSchema(additionalProperties))}>`
      : 'Record<string, unknown>'
  const required = new Set('required' in schema ? asList(schema['required']) : [])
  return objectOf(
    Object.entries(asSchema(schema['properties'])).map(([name, of]) => [
      name,
      typeOf(asSchema(of)),
      required.has(name),
    ]),
  )
}

const objectOf = (members: readonly (readonly [name: string, type: string, required: boolean])[]): string =>
  members.length === 0
    ? 'null'
    : `{ ${members.map(([name, type, required]) => `${/^[a-zA-Z_]\w*$/.test(name) ? name : JSON.stringify(name)}${required ? '' : '?'}: ${type}`).join('; ')} }`

const unionOf = (parts: readonly string[]): string => [...new Set(parts)].join(' | ')
const wrapped = (type: string): string => (/[|&]/.test(type) && !type.startsWith('{') ? `(${type})` : type)
