import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { DRAIN_DEADLINE_SECONDS, DRAIN_INTERVAL_SECONDS } from '../../lib/removal/guard/drain-guard';
import { synthLab, type SynthesizedLab } from '../support/synth-lab';

interface Role {
  readonly Properties: {
    readonly ManagedPolicyArns?: unknown;
    readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly { readonly Sid: string; readonly Action: string | readonly string[]; readonly Resource: unknown }[] } }[];
  };
}

describe('the drain guard in the stack', () => {
  let lab: SynthesizedLab;

  beforeAll(async () => {
    lab = await synthLab({ clusterName: 'seoul-class', 'karpenter.namespace': 'karpenter' });
  });

  const roleAt = (name: string): Role => {
    const roles = Object.entries(lab.template.findResources('AWS::IAM::Role')).filter(([logicalId]) => new RegExp(`^DrainGuard${name}[0-9A-F]{8}$`).test(logicalId));
    expect(roles).toHaveLength(1);
    return roles[0]?.[1] as Role;
  };
  const allowedTo = (name: string): readonly string[] => roleAt(name).Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action }) => Action).toSorted();

  it('is told the cluster and the controller', () => {
    lab.template.hasResourceProperties('Custom::KarpenterDrainGuard', { ClusterName: 'seoul-class', ControllerNamespace: 'karpenter', ControllerName: 'karpenter' });
  });

  it('gives up before CloudFormation does, which would say no reason', () => {
    lab.template.hasResourceProperties('Custom::KarpenterDrainGuard', { ServiceTimeout: '3600' });
    const definition = JSON.stringify(Object.values(lab.template.findResources('AWS::StepFunctions::StateMachine'))).replaceAll('\\', '');
    expect(definition).toContain(`"IntervalSeconds":${DRAIN_INTERVAL_SECONDS},"MaxAttempts":${3600 / DRAIN_INTERVAL_SECONDS}`);
    expect(DRAIN_DEADLINE_SECONDS).toBeLessThan(3600 - 2 * 120);
  });

  it('drains from the private subnets, by the security group that reaches the Kubernetes API', () => {
    lab.template.hasResourceProperties('AWS::Lambda::Function', {
      Handler: 'index.isComplete',
      Timeout: 120,
      VpcConfig: {
        SubnetIds: [1, 2, 3].map((index) => ({ Ref: Match.stringLikeRegexp(`PrivateSubnet${index}Subnet`) })),
        SecurityGroupIds: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('KubectlHandlerSecurityGroup'), 'GroupId'] }],
      },
    });
    lab.template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('KubectlHandlerSecurityGroup'), 'GroupId'] }, FromPort: 443, ToPort: 443,
    });
  });

  it('may find the one cluster and look at instances, and change nothing in AWS but its own network interface', () => {
    expect(allowedTo('Role')).toEqual([
      'ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface', 'ec2:DescribeInstances', 'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets', 'ec2:UnassignPrivateIpAddresses', 'eks:DescribeCluster', 'logs:CreateLogStream', 'logs:PutLogEvents',
    ]);
    const [find] = roleAt('Role').Properties.Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    expect(JSON.stringify(find?.Resource)).toMatch(/:cluster\/seoul-class"\]\]\}$/);
  });

  it.each(['Role', 'OnEventRole', 'FrameworkOnEventRole', 'FrameworkIsCompleteRole'])('has no managed policy in %s, so it cannot make a log group that stays', (name) => {
    expect(roleAt(name).Properties.ManagedPolicyArns).toBeUndefined();
    expect(allowedTo(name)).not.toContain('logs:CreateLogGroup');
  });

  it('may in Kubernetes what its group may, by no access policy', () => {
    lab.template.hasResourceProperties('AWS::EKS::AccessEntry', {
      PrincipalArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DrainGuardRole'), 'Arn'] }, Type: 'STANDARD', KubernetesGroups: ['drain-guard'], AccessPolicies: Match.absent(),
    });
    const manifest = Object.entries(lab.template.findResources('Custom::AWSCDK-EKS-KubernetesResource')).find(([logicalId]) => logicalId.startsWith('DrainGuard'))?.[1];
    const [role, binding] = JSON.parse((manifest as { readonly Properties: { readonly Manifest: string } }).Properties.Manifest) as [
      { readonly rules: readonly { readonly apiGroups: readonly string[]; readonly resources: readonly string[]; readonly verbs: readonly string[] }[] },
      { readonly subjects: unknown },
    ];
    expect(binding.subjects).toEqual([{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'drain-guard' }]);
    expect(role.rules.map(({ apiGroups, resources, verbs }) => `${apiGroups.join()}/${resources.join()}: ${verbs.join(' ')}`)).toEqual([
      '/namespaces: list delete',
      'apps/deployments: get list delete', 'apps/statefulsets: list delete', 'apps/daemonsets: list delete', 'apps/replicasets: list delete',
      'batch/cronjobs: list delete', 'batch/jobs: list delete', '/replicationcontrollers: list delete', '/pods: list delete',
      '/services: list delete', 'networking.k8s.io/ingresses: list delete', 'gateway.networking.k8s.io/gateways: list delete', '/persistentvolumeclaims: list delete',
      'karpenter.sh/nodepools: list delete', 'karpenter.sh/nodeclaims: list delete', 'karpenter.k8s.aws/ec2nodeclasses: list delete',
      '/persistentvolumes: list', 'policy/poddisruptionbudgets: list',
      'admissionregistration.k8s.io/validatingwebhookconfigurations: list', 'admissionregistration.k8s.io/mutatingwebhookconfigurations: list',
      'apiregistration.k8s.io/apiservices: list',
    ]);
  });

  it('takes its code from a bundle that is small and brings no package along', () => {
    const folder = resolve(__dirname, '../../dist/drain-guard');
    expect(readdirSync(folder).toSorted()).toEqual(['index.js', 'index.js.map']);
  });
});
