/** The JSON Schema of the document, for readers in other languages. It is published as audit.schema.json beside this file. */
import { z } from 'zod'
import { documentSchema, SCHEMA_VERSION } from './document.ts'

/** Draft 2020-12. */
export const jsonSchema = (): object => ({
  $id: `urn:cnn-oracle:audit:${SCHEMA_VERSION}`,
  title: 'What cnn-oracle audit --json prints',
  ...z.toJSONSchema(documentSchema),
})
