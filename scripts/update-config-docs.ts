import { writeFileSync } from 'node:fs';
import { renderConfigDocs } from '../lib/config/fields';

// Run from the project's root, as npm does.
const { schemaJson, markdown } = renderConfigDocs();
writeFileSync('lab.schema.json', schemaJson);
writeFileSync('docs/configuration.md', markdown);
