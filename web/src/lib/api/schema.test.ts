// The types in schema.ts are those of service/openapi.json; `npm run api` writes them anew.
import { readFileSync } from 'node:fs';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { expect, it } from 'vitest';

it('schema.ts is what service/openapi.json gives (else run `npm run api`)', async () => {
  const document = new URL('../../../../service/openapi.json', import.meta.url);
  const fresh = COMMENT_HEADER + astToString(await openapiTS(document));
  const committed = readFileSync(new URL('./schema.ts', import.meta.url), 'utf8');
  expect(committed === fresh).toBe(true);
}, 30_000);
