import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeAddressesCommand, DescribeAvailabilityZonesCommand, DescribeInstancesCommand, DescribeInstanceTypeOfferingsCommand, DescribeNatGatewaysCommand, DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { DescribeAddonVersionsCommand, DescribeClusterCommand, DescribeClusterVersionsCommand } from '@aws-sdk/client-eks';
import { GetPolicyCommand, GetRoleCommand, GetUserCommand } from '@aws-sdk/client-iam';
import { GetScheduleCommand } from '@aws-sdk/client-scheduler';
import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { LabView } from '../../lib/assembly/lab-view';
import { ROSTER_ANNOTATION } from '../../lib/config/seats';
import { bootstrapCheck, credentialsCheck, leftoverInstancesCheck, spotRoleCheck, stackCheck } from '../../lib/preflight/account-checks';
import { accessCheck, adminsCheck } from '../../lib/preflight/admin-checks';
import { addOnVersionsCheck, instanceTypesCheck, kubernetesVersionCheck, zonesCheck } from '../../lib/preflight/offering-checks';
import { imagesCheck } from '../../lib/preflight/image-checks';
import { addressQuotaCheck, natGatewayQuotaCheck, seatAddressesCheck, vpcQuotaCheck } from '../../lib/preflight/network-quotas';
import { awsCliCheck, kubectlCheck, nodeCheck, rosterCheck } from '../../lib/preflight/computer-checks';
import type { Check, CheckContext } from '../../lib/preflight/preflight-check';
import { clusterNameCheck, iamNamesCheck, logGroupNameCheck, queueNameCheck, scheduleNameCheck } from '../../lib/preflight/name-checks';
import { familyQuotasCheck, onDemandQuotaCheck, spotQuotaCheck } from '../../lib/preflight/vcpu-quotas';
import { adminEntry, type Changes, cluster, DEFAULT_REQUIREMENTS, nodePool, resource, seats, smallLabView } from '../assembly/small-lab';
import { ACCOUNT, awsError, INSTRUCTOR_SESSION, MockAccount, role, runAt } from './account';

const SSO = 'aws-reserved/sso.amazonaws.com/ap-northeast-2';
const CAPACITY_TYPE = 'karpenter.sh/capacity-type';

/** An instance that Karpenter launched for an earlier class. */
const left = {
  InstanceId: 'i-left', InstanceType: 'c5a.2xlarge' as const, State: { Name: 'running' as const },
  Tags: [{ Key: 'kubernetes.io/cluster/lab', Value: 'owned' }, { Key: 'karpenter.sh/nodepool', Value: 'default' }],
};

/** The small lab with a NodePool of these capacity types. */
function labOf(...capacityTypes: readonly string[]): LabView {
  const others = DEFAULT_REQUIREMENTS.filter(({ key }) => key !== CAPACITY_TYPE);
  return smallLabView({ NodePool: nodePool([...others, { key: CAPACITY_TYPE, operator: 'In', values: capacityTypes }]) });
}

function instance(InstanceType: string, cores: number, extra: object = {}) {
  return { InstanceType: InstanceType as 't3.medium', CpuOptions: { CoreCount: cores, ThreadsPerCore: 2 }, ...extra };
}

describe('preflight', () => {
  let account: MockAccount;
  const foundBy = async (check: Check, context: CheckContext = account.context()) => {
    const { outcome, evidence, remedy } = await check.run(context);
    return [outcome, evidence, ...(remedy === undefined ? [] : [remedy])];
  };

  beforeEach(() => {
    account = new MockAccount();
  });

  describe('credentials', () => {
    it('pass with the account and the caller', async () => {
      await expect(foundBy(credentialsCheck)).resolves.toEqual(['pass', `Account ${ACCOUNT}, lab.yaml binds the lab to no account. You are ${INSTRUCTOR_SESSION}.`]);
    });

    it('fails when there are none', async () => {
      account.sts.on(GetCallerIdentityCommand).rejects(awsError('CredentialsProviderError', 'Could not load credentials'));
      await expect(foundBy(credentialsCheck)).resolves.toEqual(['fail', expect.stringContaining('Could not load credentials'), expect.stringContaining('aws sso login')]);
    });
  });

  describe('CDK bootstrap', () => {
    it('passes at the version that the assembly asks for', async () => {
      account.ssm.on(GetParameterCommand).resolves({ Parameter: { Value: '6' } });
      await expect(foundBy(bootstrapCheck)).resolves.toEqual(['pass', 'Version 6; the lab needs 6 or newer.']);
    });

    it('fails when it is too old', async () => {
      account.ssm.on(GetParameterCommand).resolves({ Parameter: { Value: '5' } });
      await expect(foundBy(bootstrapCheck)).resolves.toEqual(['fail', 'Version 5; the lab needs 6 or newer.', expect.stringContaining(`npx cdk bootstrap aws://${ACCOUNT}/ap-northeast-2`)]);
    });

    it('fails when there is none, and says what state its stack is in', async () => {
      account.ssm.on(GetParameterCommand).rejects(awsError('ParameterNotFound'));
      account.deploy('ROLLBACK_COMPLETE');
      await expect(foundBy(bootstrapCheck)).resolves.toEqual(['fail', expect.stringContaining('CDKToolkit is ROLLBACK_COMPLETE'), expect.stringContaining('cdk bootstrap')]);
    });
  });

  describe('CDK bootstrap of another qualifier', () => {
    const other = (): CheckContext => ({ ...account.context(), bootstrap: { version: 6, parameterName: '/cdk-bootstrap/class7/version' } });

    it('is what the assembly asks for', async () => {
      await foundBy(bootstrapCheck, other());
      expect(account.ssm.commandCalls(GetParameterCommand).map(({ args: [{ input }] }) => input.Name)).toEqual(['/cdk-bootstrap/class7/version']);
    });

    it('fails when only the usual one is there, and says how to make the other', async () => {
      account.ssm.on(GetParameterCommand, { Name: '/cdk-bootstrap/class7/version' }).rejects(awsError('ParameterNotFound'));
      await expect(foundBy(bootstrapCheck)).resolves.toEqual(['pass', expect.anything()]);
      await expect(foundBy(bootstrapCheck, other())).resolves.toEqual([
        'fail', expect.stringContaining('no parameter /cdk-bootstrap/class7/version'), expect.stringContaining('ap-northeast-2 --qualifier class7 --toolkit-stack-name CDKToolkit-class7`')]);
    });
  });

  describe('zones', () => {
    it.each([['b', 'use1-az3'], ['a', 'usw1-az2'], ['b', 'cac1-az3']])('fails when zone %s is %s, where EKS has no control plane', async (letter, id) => {
      const zones = ['a', 'b', 'c'].map((each) => ({ ZoneName: `ap-northeast-2${each}`, ZoneId: each === letter ? id : `apne2-${each}`, State: 'available' as const }));
      account.ec2.on(DescribeAvailabilityZonesCommand).resolves({ AvailabilityZones: zones });
      await expect(foundBy(zonesCheck)).resolves.toEqual([
        'fail', expect.stringContaining(`no control plane in ap-northeast-2${letter} (${id})`), expect.not.stringContaining(`ap-northeast-2${letter}`)]);
    });
  });

  describe('stack', () => {
    it.each([
      [undefined, 'pass', 'There is no stack'],
      ['REVIEW_IN_PROGRESS', 'pass', 'no resources yet'],
      ['CREATE_COMPLETE', 'pass', 'A deployment updates it'],
      ['CREATE_IN_PROGRESS', 'warn', 'at work'],
      ['UPDATE_IN_PROGRESS', 'warn', 'at work'],
      ['CREATE_FAILED', 'warn', 'not rolled back'],
      ['UPDATE_FAILED', 'warn', 'not rolled back'],
      ['ROLLBACK_COMPLETE', 'fail', 'only delete'],
      ['DELETE_FAILED', 'fail', 'not removed completely'],
      ['DELETE_IN_PROGRESS', 'fail', 'deleting'],
    ])('in status %s: %s', async (status, outcome, words) => {
      if (status !== undefined) account.deploy(status);
      const [found, evidence] = await foundBy(stackCheck);
      expect([found, evidence]).toEqual([outcome, expect.stringContaining(words)]);
    });
  });

  describe('access', () => {
    it('passes when the caller is an admin, whatever the session is called', async () => {
      await expect(foundBy(accessCheck)).resolves.toEqual(['pass', 'The API answers 203.0.113.0/24; admins: arn:aws:iam::111122223333:role/instructor.']);
    });

    it('warns when the caller is no admin', async () => {
      const lab = smallLabView({ InstructorEntry: adminEntry(`arn:aws:iam::${ACCOUNT}:role/somebody`) });
      await expect(foundBy(accessCheck, account.context(lab))).resolves.toEqual(['warn', expect.stringContaining('not among them'), expect.stringContaining('Add your role')]);
    });

    it('warns when nobody can reach or use the API', async () => {
      const lab = smallLabView({ Cluster: cluster({ EndpointPublicAccess: false }), InstructorEntry: undefined });
      await expect(foundBy(accessCheck, account.context(lab))).resolves.toEqual(['warn', expect.stringContaining('Nobody is admin'), expect.stringContaining('Set apiAccess and admins')]);
    });

    it('takes a session for the role that IAM has by its name, path and all', async () => {
      account.iam.on(GetRoleCommand, { RoleName: 'instructor' }).resolves(role(`role/${SSO}/instructor`));
      const lab = smallLabView({ InstructorEntry: adminEntry(`arn:aws:iam::${ACCOUNT}:role/${SSO}/instructor`) });
      await expect(foundBy(accessCheck, account.context(lab))).resolves.toEqual(['pass', expect.stringContaining(`role/${SSO}/instructor.`)]);
    });

    it.each([`${ACCOUNT}:role/instructor`, `${ACCOUNT}:role/${SSO}/us-east-1/instructor`, `444455556666:role/${SSO}/instructor`, `${ACCOUNT}:user/instructor`])('warns when the admin is %s, which is not the caller', async (other) => {
      account.iam.on(GetRoleCommand, { RoleName: 'instructor' }).resolves(role(`role/${SSO}/instructor`));
      const lab = smallLabView({ InstructorEntry: adminEntry(`arn:aws:iam::${other}`) });
      await expect(foundBy(accessCheck, account.context(lab))).resolves.toEqual(['warn', expect.stringContaining(`You are arn:aws:iam::${ACCOUNT}:role/${SSO}/instructor, and not among them.`), expect.anything()]);
    });
  });

  describe('admins', () => {
    const labWith = (...admins: readonly string[]): LabView =>
      smallLabView({ InstructorEntry: undefined, ...Object.fromEntries(admins.map((admin, index) => [`Admin${index}`, adminEntry(`arn:aws:iam::${admin}`)])) });

    it('pass when IAM has each by the same ARN', async () => {
      account.iam.on(GetUserCommand, { UserName: 'ann' }).resolves({ User: { Arn: `arn:aws:iam::${ACCOUNT}:user/staff/ann`, Path: '/staff/', UserName: 'ann', UserId: 'AIDA', CreateDate: new Date(0) } });
      await expect(foundBy(adminsCheck, account.context(labWith(`${ACCOUNT}:role/instructor`, `${ACCOUNT}:user/staff/ann`)))).resolves.toEqual([
        'pass', `IAM knows arn:aws:iam::${ACCOUNT}:role/instructor and arn:aws:iam::${ACCOUNT}:user/staff/ann.`]);
    });

    it('pass without asking where the lab names none', async () => {
      await expect(foundBy(adminsCheck, account.context(labWith()))).resolves.toEqual(['pass', 'The lab names none.']);
      expect(account.commands).toEqual([]);
    });

    it('fails when one lacks its path, and says what IAM has', async () => {
      account.iam.on(GetRoleCommand, { RoleName: 'instructor' }).resolves(role(`role/${SSO}/instructor`));
      await expect(foundBy(adminsCheck)).resolves.toEqual([
        'fail', `IAM knows arn:aws:iam::${ACCOUNT}:role/instructor as arn:aws:iam::${ACCOUNT}:role/${SSO}/instructor.`, expect.stringContaining(`Write arn:aws:iam::${ACCOUNT}:role/${SSO}/instructor to admins`)]);
    });

    it('fails when one does not exist', async () => {
      await expect(foundBy(adminsCheck, account.context(labWith(`${ACCOUNT}:role/instructor`, `${ACCOUNT}:user/gone`)))).resolves.toEqual([
        'fail', `IAM knows no arn:aws:iam::${ACCOUNT}:user/gone.`, expect.stringContaining('Remove')]);
    });

    it('warns of one of another account, which IAM cannot be asked for', async () => {
      await expect(foundBy(adminsCheck, account.context(labWith('444455556666:role/guest', `${ACCOUNT}:role/instructor`)))).resolves.toEqual([
        'warn', expect.stringContaining(`arn:aws:iam::444455556666:role/guest: of another account than yours, ${ACCOUNT}`), expect.stringContaining('aws iam get-role')]);
    });
  });

  describe('node images', () => {
    const X86_IMAGES = '/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard';
    const ARM_IMAGES = '/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/arm64/standard';
    const pinnedNodes = resource('AWS::EKS::Nodegroup', { InstanceTypes: ['t4g.medium'], AmiType: 'AL2023_ARM_64_STANDARD', ReleaseVersion: '1.35.7-20260827' });

    it('pass when AWS has each, of the alias and of the node group', async () => {
      await expect(foundBy(imagesCheck, account.context(smallLabView({ Nodes: pinnedNodes })))).resolves.toEqual([
        'pass', 'AWS has 1.35.7-20260827 of the system nodes and al2023@v20260917 (x86_64) for Kubernetes 1.35.']);
      expect(account.ssm.commandCalls(GetParameterCommand).map(({ args: [{ input }] }) => input.Name)).toEqual([
        `${ARM_IMAGES}/amazon-eks-node-al2023-arm64-standard-1.35-v20260827/image_id`,
        `${X86_IMAGES}/amazon-eks-node-al2023-x86_64-standard-1.35-v20260917/image_id`,
      ]);
    });

    it('fails when there is none of the alias', async () => {
      account.ssm.on(GetParameterCommand, { Name: `${X86_IMAGES}/amazon-eks-node-al2023-x86_64-standard-1.35-v20260917/image_id` }).rejects(awsError('ParameterNotFound'));
      await expect(foundBy(imagesCheck)).resolves.toEqual([
        'fail', 'AWS has no al2023@v20260917 (x86_64) for Kubernetes 1.35 in ap-northeast-2.', expect.stringContaining(`Set karpenter.amiAlias in lab.yaml to a release that there is. \`aws ssm get-parameters-by-path --region ap-northeast-2 --recursive --path ${X86_IMAGES} `)]);
    });

    it('fails when there is none of the node group\'s release', async () => {
      account.ssm.on(GetParameterCommand, { Name: `${ARM_IMAGES}/amazon-eks-node-al2023-arm64-standard-1.35-v20260827/image_id` }).rejects(awsError('ParameterNotFound'));
      await expect(foundBy(imagesCheck, account.context(smallLabView({ Nodes: pinnedNodes })))).resolves.toEqual([
        'fail', expect.stringContaining('AWS has no 1.35.7-20260827 of the system nodes'), expect.stringContaining('systemNodeAmiRelease in lib/config/versions.ts')]);
    });

    it('are looked up for each architecture of the NodePool', async () => {
      const lab = smallLabView({ NodePool: nodePool([{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64', 'arm64'] }]) });
      await expect(foundBy(imagesCheck, account.context(lab))).resolves.toEqual(['pass', expect.stringContaining('al2023@v20260917 (x86_64) and al2023@v20260917 (arm64)')]);
    });
  });

  describe('quota of on-demand vCPUs', () => {
    it('passes when the limit of the NodePool fits besides what runs', async () => {
      account.ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [instance('m5.xlarge', 2), instance('g5.xlarge', 2), instance('p3.2xlarge', 4), instance('c5.large', 1, { InstanceLifecycle: 'spot' })] }] });
      await expect(foundBy(onDemandQuotaCheck)).resolves.toEqual([
        'pass', '128 vCPUs of on-demand Standard instances allowed, 4 in use: 124 free. The lab needs 104 (system nodes 4, limit of NodePool default 100).']);
    });

    it('warns when the exercise fits, but not all that the class may take', async () => {
      account.allow({ 'L-1216C47A': 32 });
      await expect(foundBy(onDemandQuotaCheck)).resolves.toEqual([
        'warn', expect.stringContaining('needs 12 (system nodes 4, exercise 8), but a class may take up to 104'), expect.stringContaining('at least 104 in Service Quotas (ec2, L-1216C47A)')]);
    });

    it('fails when the exercise does not fit: a new account', async () => {
      account.allow({ 'L-1216C47A': 5 });
      await expect(foundBy(onDemandQuotaCheck)).resolves.toEqual(['fail', expect.stringContaining('5 free. The lab needs 12'), expect.stringContaining('at least 12')]);
    });

    it('does not count the nodes of the lab that is deployed', async () => {
      const own = { Tags: [{ Key: 'kubernetes.io/cluster/lab', Value: 'owned' }] };
      const near = { Tags: [{ Key: 'kubernetes.io/cluster/lab-2', Value: 'owned' }] };
      account.ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [instance('t3.medium', 1, own), instance('t3.medium', 1, near)] }] });
      await expect(foundBy(onDemandQuotaCheck)).resolves.toEqual(['pass', expect.stringContaining(', 4 in use:')]);
      account.deploy('CREATE_COMPLETE');
      await expect(foundBy(onDemandQuotaCheck)).resolves.toEqual(['pass', expect.stringContaining(', 2 in use:')]);
    });

    it('counts what runs or is about to, and not what is stopped', async () => {
      const instances = { running: instance('m5.xlarge', 2), pending: instance('m5.large', 1), stopped: instance('m5.24xlarge', 48) };
      account.ec2.on(DescribeInstancesCommand).callsFake(({ Filters }: { Filters: readonly { readonly Name: string; readonly Values: readonly string[] }[] }) => ({
        Reservations: [{ Instances: Object.entries(instances).filter(([state]) => Filters.every(({ Name, Values }) => Name !== 'instance-state-name' || Values.includes(state))).map(([, each]) => each) }],
      }));
      await expect(foundBy(onDemandQuotaCheck)).resolves.toEqual(['pass', expect.stringContaining(', 6 in use:')]);
    });

    it('takes the default of AWS where the account has no value of its own', async () => {
      account.quotas.on(GetServiceQuotaCommand).rejects(awsError('NoSuchResourceException'));
      account.quotas.on(GetAWSDefaultServiceQuotaCommand).resolves({ Quota: { Value: 5 } });
      await expect(foundBy(onDemandQuotaCheck)).resolves.toEqual(['fail', expect.stringContaining('5 vCPUs'), expect.anything()]);
    });

    it('asks for the system nodes only where Karpenter launches spot', async () => {
      await expect(foundBy(onDemandQuotaCheck, account.context(labOf('spot')))).resolves.toEqual(['pass', expect.stringContaining('The lab needs 4 (system nodes 4)')]);
    });

    it('does not need the exercise on demand where Karpenter takes spot first, and still could fall back', async () => {
      account.allow({ 'L-1216C47A': 5 });
      await expect(foundBy(onDemandQuotaCheck, account.context(labOf('spot', 'on-demand')))).resolves.toEqual([
        'warn', expect.stringContaining('The exercise needs 4 (system nodes 4), but a class may take up to 104'), expect.anything()]);
    });
  });

  describe('quotas of other families', () => {
    const categoriesOf = (categories: readonly string[], capacityTypes: readonly string[] = ['on-demand']): CheckContext => account.context(smallLabView({ NodePool: nodePool([
      { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: categories }, { key: CAPACITY_TYPE, operator: 'In', values: capacityTypes },
    ]) }));

    it('pass without asking where no category has one', async () => {
      await expect(foundBy(familyQuotasCheck, categoriesOf(['c', 'im', 'is', 'z']))).resolves.toEqual(['pass', 'Not needed: NodePool default names no category that has a quota of its own.']);
      expect(account.commands).toEqual([]);
    });

    it.each([
      ['g', 'L-DB2E81BA', 'G and VT'], ['gr', 'L-DB2E81BA', 'G and VT'], ['p', 'L-417A185B', 'P'], ['f', 'L-74FC7D96', 'F'], ['x', 'L-7295265B', 'X'],
      ['inf', 'L-1945791B', 'Inf'], ['trn', 'L-2C3B7624', 'Trn'], ['dl', 'L-6E869C2A', 'DL'], ['u', 'L-43DA4232', 'High Memory'], ['hpc', 'L-F7808C92', 'HPC'],
    ])('fails when category %s is the only one and %s is 0', async (category, code, families) => {
      account.allow({ [code]: 0 });
      await expect(foundBy(familyQuotasCheck, categoriesOf([category]))).resolves.toEqual([
        'fail', expect.stringContaining(`0 vCPUs of on-demand ${families} instances allowed`), expect.stringContaining(`Service Quotas (ec2, ${code})`)]);
    });

    it('warns when Karpenter can launch others meanwhile', async () => {
      account.allow({ 'L-DB2E81BA': 0 });
      await expect(foundBy(familyQuotasCheck, categoriesOf(['c', 'g']))).resolves.toEqual([
        'warn', expect.stringContaining('The exercise needs 0 (Karpenter has other choices), but a class may take up to 100'), expect.stringContaining('L-DB2E81BA')]);
    });

    it('pass when the limit of the NodePool fits besides what runs of the same families', async () => {
      account.allow({ 'L-DB2E81BA': 104 });
      account.ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [instance('g5.xlarge', 2), instance('c5.4xlarge', 8)] }] });
      await expect(foundBy(familyQuotasCheck, categoriesOf(['g']))).resolves.toEqual(['pass', expect.stringContaining('104 vCPUs of on-demand G and VT instances allowed, 4 in use: 100 free.')]);
    });

    it('fails when spot, which comes first, has a quota of 0', async () => {
      account.allow({ 'L-DB2E81BA': 104, 'L-3819A6DF': 0 });
      await expect(foundBy(familyQuotasCheck, categoriesOf(['g'], ['spot', 'on-demand']))).resolves.toEqual(['fail', expect.stringContaining('0 vCPUs of spot G and VT'), expect.stringContaining('L-3819A6DF')]);
    });

    it('leave the Standard quota to the system nodes where all else is of other families', async () => {
      await expect(foundBy(onDemandQuotaCheck, categoriesOf(['g']))).resolves.toEqual(['pass', expect.stringContaining('The lab needs 4 (system nodes 4)')]);
      await expect(foundBy(spotQuotaCheck, categoriesOf(['g'], ['spot']))).resolves.toEqual(['pass', 'NodePool default launches no spot instances of the Standard families.']);
    });
  });

  describe('a class', () => {
    const classOf = (students: number, changes: Changes = {}): CheckContext => account.context(smallLabView({ ...seats(students), ...changes }));
    const narrow = resource('AWS::EC2::Subnet', {
      CidrBlock: '10.11.0.0/23', AvailabilityZone: 'ap-northeast-2a', VpcId: { Ref: 'Vpc' }, Tags: [{ Key: 'karpenter.sh/discovery', Value: 'lab' }],
    });

    it('needs the vCPUs of all seats at once, and may take those of two nodes in each', async () => {
      account.allow({ 'L-1216C47A': 584 });
      await expect(foundBy(onDemandQuotaCheck, classOf(30))).resolves.toEqual([
        'pass', expect.stringContaining('The lab needs 584 (system nodes 4, limit of NodePool default 100, 30 seats with 2 nodes each 480).')]);
      account.allow({ 'L-1216C47A': 252 });
      await expect(foundBy(onDemandQuotaCheck, classOf(30))).resolves.toEqual([
        'warn',
        expect.stringContaining('The exercise needs 252 (system nodes 4, exercise 8, 30 seats 240), but a class may take up to 584'),
        expect.stringMatching(/at least 584 .* Or lower karpenter\.limits\.cpu or class\.students\./),
      ]);
    });

    it('fails when the seats do not get their vCPUs', async () => {
      account.allow({ 'L-1216C47A': 251 });
      await expect(foundBy(onDemandQuotaCheck, classOf(30))).resolves.toEqual(['fail', expect.stringContaining('The lab needs 252'), expect.stringContaining('at least 252')]);
    });

    it('warns when the seats cannot have the spot instances that the guide asks for', async () => {
      account.allow({ 'L-34B43A08': 240 });
      await expect(foundBy(spotQuotaCheck, classOf(30))).resolves.toEqual(['pass', expect.stringContaining('needs 240 (30 seats where the guide asks for spot capacity 240)')]);
      account.allow({ 'L-34B43A08': 0 });
      await expect(foundBy(spotQuotaCheck, classOf(30))).resolves.toEqual(['warn', expect.stringContaining('up to 240'), expect.stringContaining('L-34B43A08')]);
      account.iam.on(GetRoleCommand).rejects(awsError('NoSuchEntityException'));
      await expect(foundBy(spotRoleCheck, classOf(30))).resolves.toEqual(['warn', expect.stringContaining('in the guide'), expect.stringContaining('create-service-linked-role')]);
    });

    it('on spot capacity needs the quota of spot instances for its seats', async () => {
      const spot = [...DEFAULT_REQUIREMENTS.filter(({ key }) => key !== CAPACITY_TYPE), { key: CAPACITY_TYPE, operator: 'In', values: ['spot'] }];
      account.allow({ 'L-34B43A08': 247, 'L-1216C47A': 4 });
      const context = account.context(smallLabView({ NodePool: nodePool(spot), ...seats(30, spot) }));
      await expect(foundBy(spotQuotaCheck, context)).resolves.toEqual(['fail', expect.stringContaining('needs 248 (exercise 8, 30 seats 240)'), expect.anything()]);
      await expect(foundBy(onDemandQuotaCheck, context)).resolves.toEqual(['pass', expect.stringContaining('needs 4 (system nodes 4)')]);
    });

    it('that falls back from spot capacity only may take what is on demand', async () => {
      const both = [...DEFAULT_REQUIREMENTS.filter(({ key }) => key !== CAPACITY_TYPE), { key: CAPACITY_TYPE, operator: 'In', values: ['spot', 'on-demand'] }];
      account.allow({ 'L-1216C47A': 4 });
      const context = account.context(smallLabView({ NodePool: nodePool(both), ...seats(30, both) }));
      await expect(foundBy(onDemandQuotaCheck, context)).resolves.toEqual([
        'warn', expect.stringContaining('The exercise needs 4 (system nodes 4), but a class may take up to 584'), expect.anything()]);
    });

    it('counts the pods of its seats against a family with a quota of its own', async () => {
      const graphics = DEFAULT_REQUIREMENTS.map((requirement) => requirement['key'] === 'karpenter.k8s.aws/instance-category' ? { ...requirement, values: ['g'] } : requirement);
      account.allow({ 'L-DB2E81BA': 154 });
      const context = account.context(smallLabView({ NodePool: nodePool(graphics), ...seats(30, graphics) }));
      await expect(foundBy(familyQuotasCheck, context)).resolves.toEqual(['fail', expect.stringContaining('needs 155'), expect.anything()]);
    });

    it('warns when the subnets have too few addresses for its nodes', async () => {
      // 507 + 16379 addresses; 36 for the system nodes, 60 for each seat and the instructor.
      await expect(foundBy(seatAddressesCheck, classOf(30, { PrivateA: narrow }))).resolves.toEqual([
        'pass', 'The private subnets have 16,886 addresses; 30 seats with 2 nodes each and the system nodes may take 1,896.']);
      await expect(foundBy(seatAddressesCheck, classOf(8, { PrivateA: narrow, PrivateB: undefined }))).resolves.toEqual([
        'warn', expect.stringContaining('have 507 addresses'), expect.stringContaining('class.students to 6 or fewer')]);
    });

    it('is asked about by nothing where the lab has none', async () => {
      await expect(foundBy(seatAddressesCheck)).resolves.toEqual(['pass', 'Not needed: the lab has no class.']);
    });
  });

  describe('the roster of a class', () => {
    let projectDirectory: string;
    beforeEach(() => {
      projectDirectory = mkdtempSync(join(tmpdir(), 'roster-'));
    });
    afterEach(() => rmSync(projectDirectory, { recursive: true }));
    const contextOf = (changes: Changes): CheckContext => ({ ...account.context(smallLabView(changes)), projectDirectory });
    const named = seats(3, undefined, { [ROSTER_ANNOTATION]: 'names.csv' });

    it('passes when it can be read, when the class has none, and when there is no class', async () => {
      writeFileSync(join(projectDirectory, 'names.csv'), 'student-001,김하늘\n');
      await expect(foundBy(rosterCheck, contextOf(named))).resolves.toEqual(['pass', 'names.csv names 1 student; the class has 3 seats.']);
      await expect(foundBy(rosterCheck, contextOf(seats(3)))).resolves.toEqual(['pass', 'The class has none: its seats are known by their own names.']);
      await expect(foundBy(rosterCheck, contextOf({}))).resolves.toEqual(['pass', 'Not needed: the lab has no class.']);
    });

    it.each([
      ['names a student twice', 'student-001,김하늘\nstudent-002,김하늘\n', 'names 김하늘 a second time, after line 1'],
      ['names a seat twice', 'student-001,김하늘\nstudent-001,이준\n', 'gives seat student-001 to a second student'],
      ['names a seat that the class does not have', 'student-001,김하늘\nstudent-004,이준\n', 'names a seat that the class does not have'],
    ])('fails when it %s, with the line and what to do', async (_, roster, problem) => {
      const file = join(projectDirectory, 'names.csv');
      writeFileSync(file, roster);
      await expect(foundBy(rosterCheck, contextOf(named))).resolves.toEqual(['fail', `Line 2 of the roster ${file} ${problem}.`, expect.stringMatching(/\w{3}.*\.$/)]);
    });

    it('fails when the file is missing', async () => {
      await expect(foundBy(rosterCheck, contextOf(named))).resolves.toEqual(['fail', expect.stringContaining('names.csv'), expect.stringContaining('leave class.names empty')]);
    });
  });

  describe('spot', () => {
    it('passes without asking when it is not in use', async () => {
      await expect(foundBy(spotQuotaCheck)).resolves.toEqual(['pass', 'NodePool default launches no spot instances.']);
      await expect(foundBy(spotRoleCheck)).resolves.toEqual(['pass', expect.stringContaining('Not needed')]);
      expect(account.commands).toEqual([]);
    });

    it('has a quota of its own', async () => {
      account.allow({ 'L-34B43A08': 0 });
      await expect(foundBy(spotQuotaCheck, account.context(labOf('spot', 'on-demand')))).resolves.toEqual(['fail', expect.stringContaining('0 free'), expect.stringContaining('L-34B43A08')]);
      account.allow({ 'L-34B43A08': 16 });
      await expect(foundBy(spotQuotaCheck, account.context(labOf('spot')))).resolves.toEqual(['warn', expect.stringContaining('up to 100'), expect.anything()]);
      account.allow({ 'L-34B43A08': 100 });
      await expect(foundBy(spotQuotaCheck, account.context(labOf('spot')))).resolves.toEqual(['pass', expect.stringContaining('needs 100')]);
    });

    it('needs its service-linked role', async () => {
      await expect(foundBy(spotRoleCheck, account.context(labOf('spot')))).resolves.toEqual(['pass', 'Role AWSServiceRoleForEC2Spot exists.']);
      account.iam.on(GetRoleCommand, { RoleName: 'AWSServiceRoleForEC2Spot' }).rejects(awsError('NoSuchEntityException'));
      await expect(foundBy(spotRoleCheck, account.context(labOf('spot')))).resolves.toEqual(['fail', expect.anything(), expect.stringContaining('create-service-linked-role')]);
    });
  });

  describe('quotas of the network', () => {
    it('pass with the figures', async () => {
      await expect(foundBy(vpcQuotaCheck)).resolves.toEqual(['pass', '5 VPCs in the region allowed, 1 in use: 4 free. The lab needs 1.']);
      await expect(foundBy(addressQuotaCheck)).resolves.toEqual(['pass', expect.stringContaining('0 in use: 5 free. The lab needs 1.')]);
      await expect(foundBy(natGatewayQuotaCheck)).resolves.toEqual(['pass', '5 NAT gateways in ap-northeast-2a allowed, 0 in use: 5 free. The lab needs 1.']);
    });

    it('fails when CloudFormation has not made the lab\'s own VPC yet, and no other fits', async () => {
      account.deploy('CREATE_IN_PROGRESS', [['AWS::EC2::VPC', '']]);
      account.ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [{}, {}, {}, {}, {}] });
      await expect(foundBy(vpcQuotaCheck)).resolves.toEqual(['fail', expect.stringContaining('5 in use: 0 free'), expect.anything()]);
    });

    it('do not count NAT gateways that are gone', async () => {
      const states = ['available', 'pending', 'deleting', 'deleted', 'failed'];
      account.ec2.on(DescribeNatGatewaysCommand).callsFake(({ Filter }: { Filter: readonly { readonly Values: readonly string[] }[] }) => ({
        NatGateways: states.filter((state) => Filter.every(({ Values }) => Values.includes(state))).map(() => ({ SubnetId: 'subnet-a' })),
      }));
      await expect(foundBy(natGatewayQuotaCheck)).resolves.toEqual(['pass', expect.stringContaining('3 in use: 2 free')]);
    });

    it('fails when they are used up', async () => {
      account.ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [{}, {}, {}, {}, {}] });
      account.ec2.on(DescribeAddressesCommand).resolves({ Addresses: [{}, {}, {}, {}, {}] });
      account.ec2.on(DescribeNatGatewaysCommand).resolves({ NatGateways: ['a', 'a', 'a', 'a', 'a', 'b'].map((zone) => ({ SubnetId: `subnet-${zone}` })) });
      await expect(foundBy(vpcQuotaCheck)).resolves.toEqual(['fail', expect.stringContaining('0 free'), expect.stringContaining('at least 6 in Service Quotas (vpc, L-F678F1CE)')]);
      await expect(foundBy(addressQuotaCheck)).resolves.toEqual(['fail', expect.stringContaining('0 free'), expect.stringContaining('L-0263D0A3')]);
      await expect(foundBy(natGatewayQuotaCheck)).resolves.toEqual(['fail', expect.stringContaining('5 in use'), expect.stringContaining('L-FE5A380F')]);
    });

    it('do not count what the lab that is deployed has', async () => {
      account.deploy('UPDATE_COMPLETE', [['AWS::EC2::VPC', 'vpc-own'], ['AWS::EC2::EIP', '1.2.3.4'], ['AWS::EC2::NatGateway', 'nat-own']]);
      account.ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [{}, {}, {}, {}, {}] });
      account.ec2.on(DescribeNatGatewaysCommand).resolves({ NatGateways: [{ NatGatewayId: 'nat-own', SubnetId: 'subnet-a' }] });
      account.ec2.on(DescribeAddressesCommand).resolves({ Addresses: [{}, {}, {}] });
      await expect(foundBy(vpcQuotaCheck)).resolves.toEqual(['pass', expect.stringContaining('4 in use')]);
      await expect(foundBy(addressQuotaCheck)).resolves.toEqual(['pass', expect.stringContaining('2 in use')]);
      await expect(foundBy(natGatewayQuotaCheck)).resolves.toEqual(['pass', expect.stringContaining('0 in use')]);
    });
  });

  describe('zones and instance types', () => {
    it('pass with what is offered where', async () => {
      await expect(foundBy(zonesCheck)).resolves.toEqual(['pass', 'ap-northeast-2a and ap-northeast-2b are available.']);
      await expect(foundBy(instanceTypesCheck)).resolves.toEqual(['pass', expect.stringMatching(/^t3\.medium: ap-northeast-2a and b; c5a\.2xlarge: ap-northeast-2a and b; /)]);
    });

    it('fails when the account has not the zone', async () => {
      account.ec2.on(DescribeAvailabilityZonesCommand).resolves({ AvailabilityZones: [{ ZoneName: 'ap-northeast-2a', State: 'available' }, { ZoneName: 'ap-northeast-2b', State: 'unavailable' }] });
      await expect(foundBy(zonesCheck)).resolves.toEqual(['fail', 'The account has no zone ap-northeast-2b.', expect.stringContaining('ap-northeast-2a')]);
    });

    it('warns when the system nodes or a candidate have fewer zones', async () => {
      const { InstanceTypeOfferings } = { InstanceTypeOfferings: [{ InstanceType: 't3.medium' as const, Location: 'ap-northeast-2a' }, { InstanceType: 'c5a.2xlarge' as const, Location: 'ap-northeast-2b' }] };
      account.ec2.on(DescribeInstanceTypeOfferingsCommand).resolves({ InstanceTypeOfferings });
      await expect(foundBy(instanceTypesCheck)).resolves.toEqual(['warn', expect.stringContaining('in no zone'), expect.anything()]);
    });

    it('fails when no zone offers the system nodes, or none a candidate', async () => {
      account.ec2.on(DescribeInstanceTypeOfferingsCommand).resolves({ InstanceTypeOfferings: [{ InstanceType: 'c5a.2xlarge', Location: 'ap-northeast-2a' }] });
      await expect(foundBy(instanceTypesCheck)).resolves.toEqual(['fail', expect.stringContaining('t3.medium'), expect.stringContaining('systemNodes.instanceType')]);
      account.ec2.on(DescribeInstanceTypeOfferingsCommand).resolves({ InstanceTypeOfferings: [{ InstanceType: 't3.medium', Location: 'ap-northeast-2a' }] });
      await expect(foundBy(instanceTypesCheck)).resolves.toEqual(['fail', expect.stringContaining('c5a.2xlarge'), expect.stringContaining('Widen karpenter.instanceCategories')]);
    });
  });

  describe('versions', () => {
    it('pass under standard support, with the add-ons that EKS offers', async () => {
      await expect(foundBy(kubernetesVersionCheck)).resolves.toEqual(['pass', 'EKS offers 1.35 under standard support, until 2027-03-27.']);
      await expect(foundBy(addOnVersionsCheck)).resolves.toEqual(['pass', 'EKS offers all 3 pinned builds for Kubernetes 1.35.']);
    });

    it('warns when standard support ends within a month', async () => {
      await expect(foundBy(kubernetesVersionCheck, { ...account.context(), run: runAt(new Date('2027-03-01')) })).resolves.toEqual(['warn', expect.anything(), expect.stringContaining('kubernetesVersion')]);
    });

    it.each([
      [[{ clusterVersion: '1.35', versionStatus: 'EXTENDED_SUPPORT' as const }], 'extended support'],
      [[{ clusterVersion: '1.35', versionStatus: 'UNSUPPORTED' as const }], 'no support any more'],
      [[], 'offers no Kubernetes 1.35'],
    ])('fails when EKS answers %j', async (clusterVersions, words) => {
      account.eks.on(DescribeClusterVersionsCommand).resolves({ clusterVersions });
      await expect(foundBy(kubernetesVersionCheck)).resolves.toEqual(['fail', expect.stringContaining(words), expect.anything()]);
    });

    it('fails when EKS has withdrawn a build of an add-on', async () => {
      account.eks.on(DescribeAddonVersionsCommand, { addonName: 'coredns' }).resolves({ addons: [{ addonVersions: [{ addonVersion: 'v2' }] }] });
      await expect(foundBy(addOnVersionsCheck)).resolves.toEqual(['fail', 'EKS no longer offers coredns v1.0.0-eksbuild.1 for Kubernetes 1.35.', expect.stringContaining('versions.ts')]);
    });
  });

  describe('names', () => {
    it('pass when they are free, and when only longer ones are taken', async () => {
      await expect(foundBy(clusterNameCheck)).resolves.toEqual(['pass', 'lab is free.']);
      await expect(foundBy(iamNamesCheck)).resolves.toEqual(['pass', 'lab-system-node and lab-karpenter-node are free.']);
      await expect(foundBy(queueNameCheck)).resolves.toEqual(['pass', 'lab is free.']);
      await expect(foundBy(logGroupNameCheck)).resolves.toEqual(['pass', '/aws/eks/lab/cluster is free.']);
    });

    it('fails when something has them, with the command that removes it: a sweep for a log group alone', async () => {
      const url = 'https://sqs.ap-northeast-2.amazonaws.com/111122223333/lab';
      account.eks.on(DescribeClusterCommand).resolves({ cluster: { name: 'lab' } });
      account.iam.on(GetRoleCommand, { RoleName: 'lab-karpenter-node' }).resolves({});
      account.sqs.on(GetQueueUrlCommand).resolves({ QueueUrl: url });
      account.logs.on(DescribeLogGroupsCommand).resolves({ logGroups: [{ logGroupName: '/aws/eks/lab/cluster' }] });
      for (const [check, what, physicalId, deletion] of [
        [clusterNameCheck, 'cluster lab', 'lab', 'aws eks delete-cluster --region ap-northeast-2 --name lab'],
        [iamNamesCheck, 'role lab-karpenter-node', 'lab-karpenter-node', 'aws iam delete-role --role-name lab-karpenter-node'],
        [queueNameCheck, 'queue lab', url, `aws sqs delete-queue --region ap-northeast-2 --queue-url ${url}`],
        [logGroupNameCheck, 'log group /aws/eks/lab/cluster', '/aws/eks/lab/cluster', 'npm run lab -- sweep'],
      ] as const) {
        await expect(foundBy(check)).resolves.toEqual([
          'fail',
          `${what} exists already, without the stack: left by an earlier class, or another's.`,
          `\`aws cloudformation describe-stack-resources --region ap-northeast-2 --physical-resource-id ${physicalId}\` names the stack of it, if one of another name owns it. `
            + `If none does, and nobody needs it: \`${deletion}\`; "A name is taken" in docs/instructor-runbook.md has what goes before. Or set another clusterName in lab.yaml.`,
        ]);
      }
    });

    it('fails when a stack of another name or region has them, and names it', async () => {
      const stackId = (region: string, name: string): string => `arn:aws:cloudformation:${region}:${ACCOUNT}:stack/${name}/0a1b2c3d-4e5f`;
      account.eks.on(DescribeClusterCommand).resolves({ cluster: { name: 'lab', tags: { 'aws:cloudformation:stack-id': stackId('ap-northeast-2', 'eksctl-lab-cluster') } } });
      await expect(foundBy(clusterNameCheck)).resolves.toEqual(['fail', expect.stringContaining('cluster lab exists already'),
        'Stack eksctl-lab-cluster in ap-northeast-2 made cluster lab. If nobody needs it: `aws cloudformation delete-stack --region ap-northeast-2 --stack-name eksctl-lab-cluster`. '
        + 'Or set another clusterName in lab.yaml.']);

      const tags = [{ Key: 'Course', Value: 'karpenter' }, { Key: 'aws:cloudformation:stack-id', Value: stackId('us-east-1', 'Lab') }];
      const role = (RoleName: string) => ({ Role: { RoleName, Path: '/', RoleId: 'AROA', Arn: 'arn', CreateDate: new Date(0), Tags: tags } });
      account.iam.on(GetRoleCommand, { RoleName: 'lab-karpenter-node' }).resolves(role('lab-karpenter-node'));
      account.iam.on(GetRoleCommand, { RoleName: 'lab-system-node' }).resolves({});
      await expect(foundBy(iamNamesCheck)).resolves.toEqual(['fail', expect.stringContaining('role lab-system-node and role lab-karpenter-node exist already'),
        expect.stringMatching(/^Stack Lab in us-east-1 made role lab-karpenter-node\. If nobody needs it: `[^`]+ --region us-east-1 --stack-name Lab`\. `[^`]+ lab-system-node` names the stack.+: `aws iam delete-role --role-name lab-system-node`;/)]);
    });

    it('fails when an earlier stack of the lab left them, which is gone and need not be deleted', async () => {
      account.eks.on(DescribeClusterCommand).resolves({ cluster: { name: 'lab', tags: { 'aws:cloudformation:stack-id': `arn:aws:cloudformation:ap-northeast-2:${ACCOUNT}:stack/Lab/0a1b` } } });
      await expect(foundBy(clusterNameCheck)).resolves.toEqual(['fail', expect.anything(), expect.stringContaining('`aws eks delete-cluster')]);
      await expect(foundBy(clusterNameCheck)).resolves.toEqual(['fail', expect.anything(), expect.not.stringContaining('delete-stack')]);
    });

    it('warns when they are taken and CloudFormation does not say by whom', async () => {
      account.cloudFormation.on(DescribeStacksCommand).rejects(awsError('AccessDenied'));
      await expect(foundBy(queueNameCheck)).resolves.toEqual(['pass', 'lab is free.']);
      account.sqs.on(GetQueueUrlCommand).resolves({ QueueUrl: 'https://queue' });
      await expect(foundBy(queueNameCheck)).resolves.toEqual(['warn', expect.stringContaining('not known'),
        expect.stringMatching(/^First ask whether the lab is deployed: `aws cloudformation describe-stacks --region ap-northeast-2 --stack-name Lab`\. .*delete-queue/)]);
      account.ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [left] }] });
      await expect(foundBy(leftoverInstancesCheck)).resolves.toEqual(['warn', expect.stringContaining('not known'), expect.anything()]);
    });

    it('look for policies in the account of the caller', async () => {
      const lab = smallLabView({ ControllerPolicy: { Type: 'AWS::IAM::ManagedPolicy', Properties: { ManagedPolicyName: 'Controller-lab' } } });
      account.iam.on(GetPolicyCommand, { PolicyArn: `arn:aws:iam::${ACCOUNT}:policy/Controller-lab` }).resolves({});
      await expect(foundBy(iamNamesCheck, account.context(lab))).resolves.toEqual(['fail', expect.stringContaining('policy Controller-lab exists'),
        expect.stringContaining(`aws iam delete-policy --policy-arn arn:aws:iam::${ACCOUNT}:policy/Controller-lab`)]);
    });

    it('look for policies in the partition of the caller', async () => {
      const lab = smallLabView({ ControllerPolicy: { Type: 'AWS::IAM::ManagedPolicy', Properties: { ManagedPolicyName: 'Controller-lab' } } });
      account.sts.on(GetCallerIdentityCommand).resolves({ Account: ACCOUNT, Arn: `arn:aws-cn:iam::${ACCOUNT}:user/kim` });
      account.iam.on(GetPolicyCommand, { PolicyArn: `arn:aws-cn:iam::${ACCOUNT}:policy/Controller-lab` }).resolves({});
      await expect(foundBy(iamNamesCheck, account.context(lab))).resolves.toEqual(['fail', expect.stringContaining('policy Controller-lab exists'), expect.anything()]);
    });

    it.each([
      ['something of another kind', 'AWS::EKS::Cluster', 'lab'],
      ['a queue with a longer name', 'AWS::SQS::Queue', `https://sqs.ap-northeast-2.amazonaws.com/${ACCOUNT}/my-lab`],
    ])('fails when the lab that is deployed has only %s', async (_what, type, physicalId) => {
      account.deploy('CREATE_COMPLETE', [[type, physicalId]]);
      account.sqs.on(GetQueueUrlCommand).resolves({ QueueUrl: `https://sqs.ap-northeast-2.amazonaws.com/${ACCOUNT}/lab` });
      await expect(foundBy(queueNameCheck)).resolves.toEqual(['fail', expect.stringContaining('queue lab exists already'), expect.anything()]);
    });

    it('pass when they belong to the lab that is deployed', async () => {
      account.deploy('CREATE_COMPLETE', [
        ['AWS::EKS::Cluster', 'lab'], ['AWS::SQS::Queue', 'https://sqs.ap-northeast-2.amazonaws.com/111122223333/lab'], ['AWS::Logs::LogGroup', '/aws/eks/lab/cluster'],
        ['AWS::IAM::Role', 'lab-karpenter-node'], ['AWS::IAM::Role', 'lab-system-node'],
      ]);
      account.eks.on(DescribeClusterCommand).resolves({ cluster: { name: 'lab' } });
      for (const check of [clusterNameCheck, iamNamesCheck, queueNameCheck, logGroupNameCheck]) {
        await expect(foundBy(check)).resolves.toEqual(['pass', 'All belong to the lab\'s own stack.']);
      }
    });
  });

  describe('name of the schedule', () => {
    const lab = smallLabView({ Deadline: resource('AWS::Scheduler::Schedule', { Name: 'lab-deadline' }) });

    it('passes without asking when the lab has no deadline', async () => {
      await expect(foundBy(scheduleNameCheck)).resolves.toEqual(['pass', 'Not needed: the lab has no deadline.']);
      expect(account.commands).toEqual([]);
    });

    it('passes when it is free, and when the lab that is deployed has it', async () => {
      await expect(foundBy(scheduleNameCheck, account.context(lab))).resolves.toEqual(['pass', 'lab-deadline is free.']);
      account.scheduler.on(GetScheduleCommand).resolves({ Name: 'lab-deadline' });
      account.deploy('CREATE_COMPLETE', [['AWS::Scheduler::Schedule', 'lab-deadline']]);
      await expect(foundBy(scheduleNameCheck, account.context(lab))).resolves.toEqual(['pass', 'All belong to the lab\'s own stack.']);
    });

    it('fails when another schedule has it: CloudFormation would refuse the second', async () => {
      account.scheduler.on(GetScheduleCommand, { Name: 'lab-deadline' }).resolves({ Name: 'lab-deadline' });
      await expect(foundBy(scheduleNameCheck, account.context(lab))).resolves.toEqual([
        'fail', expect.stringContaining('schedule lab-deadline exists already'), expect.stringContaining('`aws scheduler delete-schedule --region ap-northeast-2 --name lab-deadline`')]);
    });

    it('fails when AWS does not say', async () => {
      account.scheduler.on(GetScheduleCommand).rejects(awsError('AccessDeniedException'));
      await expect(foundBy(scheduleNameCheck, account.context(lab))).rejects.toMatchObject({ code: 'AwsAccessDenied', received: 'scheduler:GetSchedule' });
    });
  });

  describe('leftover instances', () => {
    it('pass when there are none, or the lab is deployed', async () => {
      await expect(foundBy(leftoverInstancesCheck)).resolves.toEqual(['pass', 'No instance of an earlier lab runs.']);
      account.ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [left] }] });
      account.deploy('CREATE_COMPLETE');
      await expect(foundBy(leftoverInstancesCheck)).resolves.toEqual(['pass', expect.stringContaining('1 instance of Karpenter')]);
    });

    it('fails when the stack is gone and they still run', async () => {
      account.ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [left] }] });
      await expect(foundBy(leftoverInstancesCheck)).resolves.toEqual(['fail', '1 instance of an earlier lab: i-left (c5a.2xlarge, running).', expect.stringContaining('sweep')]);
    });
  });

  describe('tools', () => {
    const withTools = (tools: Parameters<MockAccount['context']>[1]) => account.context(undefined, tools);

    it('pass when they are there', async () => {
      await expect(foundBy(kubectlCheck)).resolves.toEqual(['pass', 'kubectl 1.35.2, cluster 1.35.']);
      await expect(foundBy(nodeCheck)).resolves.toEqual(['pass', expect.stringContaining('20.19.5')]);
      await expect(foundBy(awsCliCheck)).resolves.toEqual(['pass', 'AWS CLI 2.31.0.']);
    });

    it.each([['1.36.0', 'pass'], ['1.34.9', 'pass'], ['1.33.0', 'warn'], ['1.37.0', 'warn'], [undefined, 'warn']])('kubectl %s: %s', async (version, outcome) => {
      const [found] = await foundBy(kubectlCheck, withTools({ kubectl: () => Promise.resolve(version) }));
      expect(found).toBe(outcome);
    });

    it('warns when there is no AWS CLI', async () => {
      await expect(foundBy(awsCliCheck, withTools({ awsCli: () => Promise.resolve(undefined) }))).resolves.toEqual(['warn', expect.anything(), expect.stringContaining('get-token')]);
    });

    it.each([['20.18.9', 'fail'], ['20.19.0', 'pass'], ['24.1.0', 'pass'], ['18.20.0', 'fail']])('Node.js %s: %s', async (node, outcome) => {
      const [found] = await foundBy(nodeCheck, withTools({ node }));
      expect(found).toBe(outcome);
    });
  });
});
