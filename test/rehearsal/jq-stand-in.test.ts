import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { temporaryFolder } from './fake-program';
import { writeJqStandIn } from './jq-stand-in';

describe('the stand-in for jq', () => {
  const program = join(writeJqStandIn(temporaryFolder()), 'jq');
  const jq = (input: string, ...args: readonly string[]) => spawnSync(program, args, { input, encoding: 'utf8' });

  test('makes one list of all documents, of one line or several', () => {
    expect(JSON.parse(jq('{"a":1}\n{\n  "b": 2\n}\n', '-s').stdout)).toEqual([{ a: 1 }, { b: 2 }]);
    expect(JSON.parse(jq('', '-s').stdout)).toEqual([]);
  });

  test('takes a value by its path', () => {
    expect(jq('{"items":[{"metadata":{"name":"inflate"}}]}', '-r', '.items[0].metadata.name').stdout).toBe('inflate\n');
    expect(JSON.parse(jq('{"items":[{"metadata":{"labels":{"a/b":"c"}}}]}', '-r', '.items[0].metadata.labels').stdout)).toEqual({ 'a/b': 'c' });
  });

  test.each(['Found 2 pods, using pod/karpenter-1\n{"a":1}', '{"a":1}\n{"b":', '2026-11-23T18:52:32Z stdout F {"a":1}'])('fails when the input is not JSON alone: %j', (input) => {
    expect(jq(input, '-s')).toMatchObject({ status: 2, stdout: '' });
  });

  test('fails when it is asked for more than the exercise does', () => {
    expect(jq('{}', '-c', '.').status).toBe(3);
    expect(jq('{}', '-s', 'length').status).toBe(3);
  });
});
