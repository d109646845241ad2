import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { typeDeployment } from '../../lib/rehearsal/deploy-into';
import { Findings, type FindingKind } from '../../lib/rehearsal/findings';
import { rehearsalPaths } from '../../lib/rehearsal/rehearsal-paths';
import { runContext } from '../../lib/run-context';
import { temporaryFolder } from './fake-program';

describe('a deployment into a rehearsed account', () => {
  /** Types `lab deploy` where it is a program with these lines. */
  async function deploy(program: string, found: readonly FindingKind[] = []): Promise<unknown> {
    const projectDirectory = temporaryFolder();
    const paths = rehearsalPaths(projectDirectory, 'default');
    mkdirSync(paths.directory, { recursive: true });
    mkdirSync(join(projectDirectory, 'dist'));
    writeFileSync(join(projectDirectory, 'dist', 'lab.js'), program);
    const findings = new Findings(paths.findingsFile);
    // Findings of before decide nothing, so they come while the verb runs.
    setTimeout(() => {
      for (const kind of found) findings.report({ kind, resource: `Of${kind}`, expected: 'it works', found: 'it does not' });
    }, 20);
    const terminal = { projectDirectory, environment: { PATH: process.env['PATH'] ?? '' } };
    return typeDeployment({ paths, assemblyDirectory: '/lab/cdk.out', terminal }, runContext()).then(() => 'deployed', (error: unknown) => error);
  }

  it('is typed with its assembly, and asks nobody', async () => {
    expect(await deploy('process.exitCode = process.argv.slice(2).join(" ") === "deploy --yes --assembly /lab/cdk.out" ? 0 : 1;')).toBe('deployed');
  });

  it('fails when the verb fails, with the cause of what was found and then the last words of the verb', async () => {
    expect(await deploy('setTimeout(() => { console.log("Stack: rolled back"); process.exitCode = 1; }, 500);', ['access-denied', 'event-not-delivered'])).toMatchObject({
      code: 'RehearsedDeploymentFailed',
      message: 'Ofaccess-denied: it does not; expected: it works.',
      received: 'Ofevent-not-delivered: it does not; expected: it works.\nStack: rolled back',
    });
  });

  it('fails when something is found with which no deployment succeeds, and waits for no deadline', async () => {
    expect(await deploy('setInterval(() => undefined, 1000);', ['pod-not-ready', 'role-not-assumed'])).toMatchObject({
      code: 'RehearsedDeploymentFailed', message: 'Ofrole-not-assumed: it does not; expected: it works.',
    });
  });

  it('goes on when a request was denied without which it may succeed', async () => {
    expect(await deploy('setTimeout(() => undefined, 2500);', ['access-denied'])).toBe('deployed');
  });
});
