import { plan, planStack } from '../../lib/plan/plan';
import { emptyFolder, writeAssembly } from '../assembly/write-assembly';
import { resource, smallLab } from '../assembly/small-lab';
import { labErrorOf } from '../assembly/lab-error-of';

describe('the plan', () => {
  test('has the names that a class needs', () => {
    expect(planStack(smallLab()).lab).toEqual({
      stackName: 'Lab', clusterName: 'lab', region: 'ap-northeast-2', kubernetesVersion: '1.35', karpenterVersion: '1.14.1',
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

  test('is the same for the same assembly', () => {
    expect(JSON.stringify(planStack(smallLab()))).toBe(JSON.stringify(planStack(smallLab())));
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
