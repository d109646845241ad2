import { versions } from '../../lib/config/versions';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { SynthesizedStack } from '../../lib/assembly/synthesized-stack';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../lib/json';
import { plan, planStack } from '../../lib/plan/plan';
import { emptyFolder, writeAssembly } from '../assembly/write-assembly';
import { resource, smallLab } from '../assembly/small-lab';
import { labErrorOf } from '../assembly/lab-error-of';

describe('the plan', () => {
  test('has the names that a class needs', () => {
    expect(planStack(smallLab()).lab).toEqual({
      stackName: 'Lab', clusterName: 'lab', region: 'ap-northeast-2', kubernetesVersion: '1.35', karpenterVersion: versions.karpenter,
      karpenterNamespace: 'kube-system', nodePoolName: 'default', inflateNamespace: 'karpenter-test', inflateName: 'inflate', inflateReplicas: 0,
    });
  });

  test('is for a class of four hours, scaled out for one, unless told otherwise', () => {
    const hours = (...options: Parameters<typeof planStack> extends [unknown, ...infer R] ? R : never): readonly number[] => {
      const { cost } = planStack(smallLab(), ...options);
      return [cost.classHours, cost.scaledOutHours];
    };

    expect(hours()).toEqual([4, 1]);
    expect(hours({ classHours: 0.5 })).toEqual([0.5, 0.5]);
    expect(hours({ classHours: 8, scaledOutHours: 3 })).toEqual([8, 3]);
    expect(hours({ classHours: 8, scaledOutHours: 0 })).toEqual([8, 0]);
  });

  test('is the same in another process, locale and time zone, and for properties in another order', () => {
    const stack = smallLab({
      Deadline: resource('AWS::Scheduler::Schedule', {
        Name: 'lab-deadline',
        ScheduleExpression: 'at(2026-12-01T09:00:00)',
        ScheduleExpressionTimezone: 'UTC',
        Target: { Arn: 'arn:aws:scheduler:::aws-sdk:cloudformation:deleteStack' },
      }),
    });

    expect(planElsewhere(stack)).toBe(JSON.stringify(planStack(stack)));
  });

  test('fails when nothing was synthesized', () => {
    expect(labErrorOf(() => plan({ assemblyDirectory: emptyFolder() }))).toMatchObject({ code: 'AssemblyNotFound' });
  });

  test('fails when the assembly is not the lab\'s', () => {
    const assemblyDirectory = writeAssembly({ Resources: { Topic: { Type: 'AWS::SNS::Topic' } } });

    expect(labErrorOf(() => plan({ assemblyDirectory }))).toMatchObject({ code: 'AssemblyUnreadable' });
  });

  test('fails when resources wait for each other', () => {
    const circular = smallLab({ Vpc: resource('AWS::EC2::VPC', {}, 'PrivateA') });

    expect(labErrorOf(() => planStack(circular))).toMatchObject({ code: 'DependencyCycleFound', received: 'Vpc -> PrivateA -> Vpc' });
  });
});

/** The plan as JSON text, made by a process in another locale and time zone, from a template whose properties stand in reverse order. */
function planElsewhere(stack: SynthesizedStack): string {
  const program = join(emptyFolder(), 'plan.js');
  buildSync({ entryPoints: ['lib/plan/plan.ts'], bundle: true, platform: 'node', target: 'node20', outfile: program });
  const resources = [...stack.resources.values()].map(({ logicalId, type, properties, dependsOn, deletionPolicy = 'Delete' }) =>
    [logicalId, { Type: type, Properties: reversed(properties), DependsOn: dependsOn, DeletionPolicy: deletionPolicy }] as const);
  const assemblyDirectory = writeAssembly({ Resources: Object.fromEntries(resources) });
  const code = 'const [, program, assemblyDirectory] = process.argv; process.stdout.write(JSON.stringify(require(program).plan({ assemblyDirectory })))';
  return execFileSync(process.execPath, ['-e', code, program, assemblyDirectory], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'de_DE.UTF-8', TZ: 'Asia/Seoul' },
  });
}

/** The same value with the keys of its objects in reverse order. An intrinsic function has one key, and lists keep their order. */
function reversed(value: JsonObject): JsonObject;
function reversed(value: JsonValue): JsonValue;
function reversed(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map((item) => reversed(item));
  return isJsonObject(value) ? Object.fromEntries(Object.entries(value).toReversed().map(([key, item]) => [key, reversed(item)])) : value;
}
