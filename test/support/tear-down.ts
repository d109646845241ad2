import { rmSync } from 'node:fs';

/** Removes the folder with all temporary files that tests have left. */
export default function tearDown(): void {
  rmSync(process.env['TMPDIR'] ?? '', { recursive: true, force: true });
}
