import type { DrillMeans } from '../../../lib/exercise/drills/drill-stage';
import type { DrillName, DrillResult } from '../../../lib/exercise/exercise-result';
import { expectationsOf } from '../../../lib/exercise/expectations';
import { runDrills } from '../../../lib/exercise/run-exercise';
import { type JsonObject, objectAt, textAt } from '../../../lib/json';
import { NODE_CLAIMS, NODE_POOLS } from '../../../lib/kubernetes/karpenter-kinds';
import type { TypedResult } from '../../../lib/rehearsal/rehearsal-terminal';
import { runContext } from '../../../lib/run-context';
import { smallLabView } from '../../assembly/small-lab';
import { labInAFake, type LabInAFake } from '../../support/fake-kubernetes/lab-in-a-fake';

/** What a command that is typed comes to. */
type Answer = Pick<TypedResult, 'exitCode'> & Partial<TypedResult>;

const unwanted = (): Promise<never> => Promise.reject(new Error('not asked for'));

describe('a drill that removes the lab', () => {
  let lab: LabInAFake;
  let typed: string[];
  let answers: ((command: string) => Answer)[];

  beforeEach(async () => {
    lab = await labInAFake({ nodePool: { disruption: { consolidationPolicy: 'WhenEmpty', consolidateAfter: 'Never' } } });
    typed = [];
    answers = [];
  });
  afterEach(() => lab.stop());

  const type = (command: string): Promise<TypedResult> => {
    typed.push(command);
    const answer = answers.shift() ?? (() => ({ exitCode: 0 }));
    return Promise.resolve({ command, output: [], errors: [], seconds: 1, ...answer(command) });
  };
  const drill = async (name: DrillName, means: Partial<DrillMeans> = {}): Promise<DrillResult> => {
    const [result] = await runDrills({
      expectations: expectationsOf(smallLabView()),
      drills: [name],
      means: {
        connect: () => Promise.resolve(lab.fake.api()),
        stackStatus: () => Promise.resolve('CREATE_COMPLETE'),
        terminal: { lab: (args) => type(`lab ${args.join(' ')}`), cdk: (args) => type(`cdk ${args.join(' ')}`), shell: type },
        events: {
          interruptSpot: unwanted, setShortages: unwanted, passTime: unwanted,
          leaveInterface: () => Promise.resolve(['aws-K8S-i-1']),
          protectByGuardDuty: () => Promise.resolve(['guardduty-data', 'GuardDutyManagedSecurityGroup-vpc-1']),
        },
        assemblyDirectory: 'cdk.out',
        synthesisDirectory: 'synthesized.out',
        assemblyWith: unwanted,
        countInstances: () => Promise.resolve(lab.controllers.instanceCount),
        everythingInAccount: () => Promise.resolve([]),
        ...means,
      },
    }, runContext());
    if (result === undefined) throw new Error('no drill was done');
    return result;
  };
  const failureOf = ({ steps }: DrillResult): string => steps.find(({ outcome }) => outcome === 'failed')?.evidence.join('\n') ?? '';
  const evidenceOf = ({ steps }: DrillResult): string => steps.flatMap(({ evidence }) => evidence).join('\n');

  describe('by the CDK', () => {
    const GUARD = 'karpenter-lab | 3 | DELETE_COMPLETE | Custom::KarpenterDrainGuard | DrainGuard';
    const CHART = 'karpenter-lab | 9 | DELETE_IN_PROGRESS | Custom::AWSCDK-EKS-HelmChart | Karpenter/Chart';

    test('does so while the exercise and a student\'s NodePool have nodes, and shows that the guard was first', async () => {
      let pools: readonly string[] = [];
      answers = [() => {
        pools = lab.fake.all(NODE_CLAIMS).map((claim) => textAt(claim, 'metadata', 'labels', 'karpenter.sh/nodepool') ?? '');
        return { exitCode: 0, output: [GUARD, CHART] };
      }];
      const result = await drill('destroy');
      expect(failureOf(result)).toBe('');
      expect(typed).toEqual(['cdk destroy --force --app cdk.out']);
      expect([...new Set(pools)].toSorted()).toEqual(['default', 'student-7']);
      expect(objectAt(lab.fake.find(NODE_POOLS, { name: 'student-7' }), 'metadata')).not.toHaveProperty('labels');
      expect(evidenceOf(result)).toContain('The guard had drained the cluster before CloudFormation deleted anything that Karpenter needs');
      expect(result.proved).toBe('The guard in the stack drains the lab and a student\'s NodePool under npx cdk destroy; the account is empty.');
    });

    test.each([
      ['began before the guard had drained', [CHART, GUARD], 'before the guard had drained the cluster: karpenter-lab | 9'],
      ['shows nothing of the guard', [CHART], 'The events do not show that the guard drained the cluster.'],
    ])('fails when CloudFormation %s', async (_what, output, words) => {
      answers = [() => ({ exitCode: 0, output })];
      expect(failureOf(await drill('destroy'))).toContain(words);
    });
  });

  describe('that is stuck', () => {
    const HELD: Answer = { exitCode: 1, errors: ['WorkloadsRemained', 'Ingress student-7/shop is held by', 'ingress.k8s.aws/resources.'] };
    const THROUGH: Answer = { exitCode: 0, output: [
      '3 objects deleted. The deletion of Namespace student-7 was refused (ValidatingWebhookConfiguration student-policy).',
      'network interface aws-K8S-i-1 sweep', 'GuardDuty endpoint guardduty-data sweep', 'GuardDuty security group GuardDutyManagedSecurityGroup-vpc-1 sweep',
    ] };

    test('is told what holds it, does as it is told, and gets through', async () => {
      answers = [() => HELD, () => ({ exitCode: 0 }), () => THROUGH];
      const result = await drill('stuck');
      expect(failureOf(result)).toBe('');
      expect(typed).toEqual([
        'lab teardown --yes --timeout 20 --assembly cdk.out',
        'kubectl patch ingress -n student-7 shop --type merge -p \'{"metadata":{"finalizers":null}}\'',
        'lab teardown --yes --assembly cdk.out',
      ]);
      expect(evidenceOf(result)).toContain('It names GuardDutyManagedSecurityGroup-vpc-1');
      expect(result.proved).toContain('a second one gets through');
    });

    test('fails when the teardown gets through what nobody has let go of', async () => {
      answers = [() => ({ ...HELD, exitCode: 0 })];
      expect(failureOf(await drill('stuck'))).toContain('It ended with exit code 0, not 1');
      expect(typed).toHaveLength(1);
    });

    test('fails when something in the way is not named', async () => {
      answers = [() => HELD, () => ({ exitCode: 0 }), () => ({ ...THROUGH, output: THROUGH.output?.slice(0, 3) })];
      expect(failureOf(await drill('stuck'))).toContain('It does not say this: GuardDutyManagedSecurityGroup-vpc-1.');
    });
  });

  describe('because its deployment failed', () => {
    const CAUSE: Answer = { exitCode: 1, errors: ['Chart karpenter failed: public.ecr.aws/karpenter/karpenter:1.14.999: not found.'] };
    const chart = (Release: string): JsonObject => ({ Type: 'Custom::AWSCDK-EKS-HelmChart', Properties: { Release, Version: '1.14.3' } });
    const template: JsonObject = { Resources: { Chart: chart('karpenter'), Crds: chart('karpenter-crd'), Queue: { Type: 'AWS::SQS::Queue' } } };
    let changed: JsonObject | undefined;
    let statuses: (string | undefined)[];
    const means: Partial<DrillMeans> = {
      stackStatus: () => Promise.resolve(statuses.shift()),
      assemblyWith: (change) => {
        changed = change(template);
        return Promise.resolve('changed.out');
      },
    };
    beforeEach(() => {
      statuses = [undefined, 'ROLLBACK_COMPLETE', undefined];
    });

    test('names the version that is not there, and leaves nothing but the name of the stack', async () => {
      answers = [() => CAUSE];
      const result = await drill('rollback', means);
      expect(failureOf(result)).toBe('');
      expect(typed).toEqual(['lab deploy --yes --assembly changed.out', 'lab teardown --yes --assembly cdk.out']);
      expect(changed).toEqual({ Resources: { ...objectAt(template, 'Resources'), Chart: { Type: 'Custom::AWSCDK-EKS-HelmChart', Properties: { Release: 'karpenter', Version: '1.14.999' } } } });
      expect(evidenceOf(result)).toContain('Chart karpenter failed');
      expect(result).toMatchObject({ isLabLeft: false, proved: 'A deployment that fails in the middle names its first cause, and leaves nothing.' });
    });

    test('tears down first a lab that is there', async () => {
      statuses = ['CREATE_COMPLETE', 'ROLLBACK_COMPLETE', undefined];
      answers = [() => ({ exitCode: 0 }), () => CAUSE];
      expect(failureOf(await drill('rollback', means))).toBe('');
      expect(typed[0]).toBe('lab teardown --yes --assembly cdk.out');
    });

    test('fails when the deployment does not name the cause', async () => {
      answers = [() => ({ exitCode: 1, errors: ['Something failed.'] })];
      expect(failureOf(await drill('rollback', means))).toContain('It does not name the version: Something failed.');
    });

    test('fails when the rollback leaves something', async () => {
      answers = [() => CAUSE];
      const result = await drill('rollback', { ...means, everythingInAccount: () => Promise.resolve([{ service: 'ec2', kind: 'vpc', id: 'vpc-1' }]) });
      expect(failureOf(result)).toContain('The rollback has left vpc vpc-1.');
    });

    test('fails when the rollback does not come to its end', async () => {
      statuses = [undefined, 'ROLLBACK_FAILED', 'ROLLBACK_FAILED'];
      answers = [() => CAUSE];
      expect(failureOf(await drill('rollback', means))).toContain('The stack is ROLLBACK_FAILED, and not ROLLBACK_COMPLETE.');
    });
  });
});
