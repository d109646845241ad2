import { execSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseJson, textAt } from '../../lib/json';

const PROJECT = resolve(__dirname, '../..');

/**
 * Runs the build of cdk.json, as the CDK does before it synthesizes: the stack takes the code of its functions from there. Gives the
 * tests a folder of their own for temporary files, which is removed after the last of them.
 */
export default function setUp(): void {
  execSync(textAt(parseJson(readFileSync(join(PROJECT, 'cdk.json'), 'utf8')), 'build') ?? '', { cwd: PROJECT, stdio: 'inherit' });
  process.env['TMPDIR'] = mkdtempSync(join(tmpdir(), 'lab-tests-'));
}
