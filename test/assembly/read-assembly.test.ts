import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAssembly } from '../../lib/assembly/read-assembly';
import { labErrorOf } from './lab-error-of';
import { emptyFolder, writeAssembly } from './write-assembly';

const TEMPLATE = { Resources: { Vpc: { Type: 'AWS::EC2::VPC' } } };

describe('reading an assembly', () => {
  test('finds the stack, its region and its template', () => {
    const stack = readAssembly(writeAssembly(TEMPLATE));

    expect([stack.stackName, stack.region, [...stack.resources.keys()]]).toEqual(['Lab', 'ap-northeast-2', ['Vpc']]);
  });

  test('finds the account, where the stack is bound to one', () => {
    expect([readAssembly(writeAssembly(TEMPLATE)).account, readAssembly(writeAssembly(TEMPLATE, 'aws://111122223333/ap-northeast-2')).account])
      .toEqual([undefined, '111122223333']);
  });

  test('fails when nothing was synthesized, and says how to', () => {
    const folder = emptyFolder();

    expect(labErrorOf(() => readAssembly(folder))).toMatchObject({
      code: 'AssemblyNotFound', received: folder, remedy: expect.stringContaining('npm run synth'),
    });
  });

  test('fails when the folder itself is absent', () => {
    expect(labErrorOf(() => readAssembly(join(emptyFolder(), 'absent')))).toMatchObject({ code: 'AssemblyNotFound' });
  });

  test.each([
    ['the manifest is cut off', (folder: string) => writeFileSync(join(folder, 'manifest.json'), '{"artifacts": {')],
    ['the manifest is no object', (folder: string) => writeFileSync(join(folder, 'manifest.json'), '[]')],
    ['there is no stack', (folder: string) => writeFileSync(join(folder, 'manifest.json'), '{"artifacts": {}}')],
    ['the template is gone', (folder: string) => rmSync(join(folder, 'Lab.template.json'))],
    ['the template is cut off', (folder: string) => writeFileSync(join(folder, 'Lab.template.json'), '{')],
  ])('fails when %s', (_case, damage) => {
    const folder = writeAssembly(TEMPLATE);
    damage(folder);

    expect(labErrorOf(() => readAssembly(folder))).toMatchObject({
      code: 'AssemblyUnreadable', remedy: expect.stringContaining('npm run synth'),
    });
  });

  test('fails when there are two stacks', () => {
    const folder = writeAssembly(TEMPLATE);
    const stack = { type: 'aws:cloudformation:stack', environment: 'aws://1/r', properties: { templateFile: 'Lab.template.json' } };
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts: { One: stack, Two: stack } }));

    expect(() => readAssembly(folder)).toThrow('2 stacks');
  });

  test('fails when the stack is bound to no region', () => {
    const environment = 'aws://unknown-account/unknown-region';
    const folder = writeAssembly(TEMPLATE, environment);

    expect(labErrorOf(() => readAssembly(folder))).toMatchObject({ code: 'AssemblyUnreadable', received: environment });
  });
});
