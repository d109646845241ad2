import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { synthesize } from '../../lib/assembly/synthesize';
import { runContext } from '../../lib/run-context';
import { temporaryFolder } from '../rehearsal/fake-program';

const PROJECT = resolve(__dirname, '../..');

/** Every file of an assembly with its content. */
function contents(root: string): Readonly<Record<string, string>> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(files.map((file) => [relative(root, file), readFileSync(file, 'latin1')] as const).sort());
}

describe('synthesis by the CDK\'s toolkit', () => {
  afterEach(() => process.chdir(PROJECT));

  it('writes byte for byte what `cdk synth` writes, with the same overrides', async () => {
    const [byToolkit, byProgram] = [temporaryFolder(), temporaryFolder()];
    const lines: string[] = [];
    await synthesize({ assemblyDirectory: byToolkit, context: { clusterName: 'lab-two', scale: '3' }, onOutput: (line) => lines.push(line) }, runContext());
    execFileSync(process.execPath, ['node_modules/aws-cdk/bin/cdk', 'synth', '--quiet', '--no-notices', '-c', 'clusterName=lab-two', '-c', 'scale=3', '--output', byProgram]);
    const written = contents(byToolkit);
    expect(Object.keys(written)).toContain('lab-two.template.json');
    expect(Object.keys(written)).toEqual(Object.keys(contents(byProgram)));
    expect(written).toEqual(contents(byProgram));
    expect(lines).toEqual([]);
  });

  it('fails when an override is wrong, with its problems and before anything is run', async () => {
    const assemblyDirectory = temporaryFolder();
    await expect(synthesize({ assemblyDirectory, context: { clusterName: 'not a name' } }, runContext())).rejects.toMatchObject({ code: 'InvalidConfig' });
    expect(readdirSync(assemblyDirectory)).toEqual([]);
  });

  it.each([
    ['the app does', { app: 'node app.js' }, 'The lab could not be synthesized: the stack is wrong', ['a warning', 'the stack is wrong']],
    ['the build does', { app: 'node app.js', build: 'node app.js' }, 'The lab could not be synthesized: the stack is wrong', ['a warning', 'the stack is wrong']],
    ['there is no app', {}, 'The lab could not be synthesized: ', []],
  ])('fails when %s, with its last line where none begins an error', async (_, settings, message, heard) => {
    const folder = temporaryFolder();
    copyFileSync(join(PROJECT, 'lab.yaml'), join(folder, 'lab.yaml'));
    writeFileSync(join(folder, 'cdk.json'), JSON.stringify(settings));
    writeFileSync(join(folder, 'app.js'), 'console.error("a warning\\nthe stack is wrong"); process.exit(1);');
    process.chdir(folder);
    const lines: string[] = [];
    await expect(synthesize({ assemblyDirectory: join(folder, 'out'), context: { scale: '3' }, onOutput: (line) => lines.push(line) }, runContext()))
      .rejects.toMatchObject({ code: 'SynthesisFailed', message: expect.stringContaining(message), received: 'scale=3' });
    expect(lines).toEqual(heard);
  });

  it.each([
    ['throws', "setImmediate(() => { throw new TypeError('the zones are gone\\nand so is the region'); });", 'TypeError: the zones are gone'],
    ['throws an error without a message', 'throw new RangeError();', 'RangeError'],
    ['rejects', "console.error('a warning'); Promise.reject(new Error('nobody caught this'));", 'Error: nobody caught this'],
    ['reports a failure as the lab does', `console.error("Error LabFileMissing\\n  There is no such file.\\n  Remedy    Make it."); process.exit(1);`, 'There is no such file.'],
    ['annotates an error of the CDK', `console.error("[Error at /lab/Vpc] No zones\\nFound errors"); process.exit(1);`, '[Error at /lab/Vpc] No zones'],
  ])('fails when the app %s, with the first line of the error', async (_, app, cause) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ app: 'node app.js' }));
    writeFileSync(join(folder, 'app.js'), app);
    process.chdir(folder);
    await expect(synthesize({ assemblyDirectory: join(folder, 'out'), context: {} }, runContext()))
      .rejects.toMatchObject({ code: 'SynthesisFailed', message: `The lab could not be synthesized: ${cause}` });
  });

  it('fails when it is interrupted, with the reason of the interruption', async () => {
    const interruption = new AbortController();
    const running = synthesize({ assemblyDirectory: temporaryFolder(), context: {} }, runContext({ signal: interruption.signal }));
    interruption.abort(new Error('Ctrl-C'));
    await expect(running).rejects.toThrow('Ctrl-C');
  });

  it.each(['replicas', 'bogus', 'stage'])('fails when %s is overridden, which is no key of ours, before the CDK starts', async (key) => {
    let isStarted = false;
    const synthesis = synthesize({ assemblyDirectory: temporaryFolder(), context: { [key]: '5' }, onStart: () => { isStarted = true; } }, runContext());
    await expect(synthesis).rejects.toMatchObject({ code: 'InvalidConfig' });
    expect(isStarted).toBe(false);
  });
});
