import { versions } from '../../lib/config/versions';
import { helmCharts, kubernetesObjects } from '../../lib/assembly/kubernetes-objects';
import { labErrorOf } from './lab-error-of';
import { resource, smallLab, stackOf } from './small-lab';

const MANIFEST_TYPE = 'Custom::AWSCDK-EKS-KubernetesResource';

describe('Kubernetes objects', () => {
  test('come after those they depend on', () => {
    expect(kubernetesObjects(smallLab()).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'EC2NodeClass default', 'NodePool default', 'Namespace karpenter-test', 'Deployment inflate', 'Deployment viewer',
    ]);
  });

  test('hold names where they are literal and placeholders where they are not', () => {
    const stack = stackOf({
      Role: resource('AWS::IAM::Role', { RoleName: 'lab-node' }),
      Queue: resource('AWS::SQS::Queue'),
      Map: resource(MANIFEST_TYPE, {
        Manifest: { 'Fn::Join': ['', ['[{"kind":"ConfigMap","data":{"role":"', { Ref: 'Role' }, '","queue":"', { 'Fn::GetAtt': ['Queue', 'Arn'] }, '"}}]']] },
      }),
    });

    expect(kubernetesObjects(stack)[0]?.body).toEqual({ kind: 'ConfigMap', data: { role: 'lab-node', queue: '${Queue.Arn}' } });
  });

  test('may be one object instead of a list', () => {
    const stack = stackOf({ Map: resource(MANIFEST_TYPE, { Manifest: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}' }) });

    expect(kubernetesObjects(stack)).toEqual([expect.objectContaining({ logicalId: 'Map', apiVersion: 'v1', kind: 'ConfigMap', name: 'a' })]);
  });

  test('fails when a token stands outside of a string', () => {
    const stack = stackOf({
      Queue: resource('AWS::SQS::Queue'),
      Map: resource(MANIFEST_TYPE, { Manifest: { 'Fn::Join': ['', ['[{"n":', { Ref: 'Queue' }, '}]']] } }),
    });

    expect(labErrorOf(() => kubernetesObjects(stack))).toMatchObject({ code: 'AssemblyUnreadable', received: '[{"n":${Queue}}]' });
  });
});

describe('Helm charts', () => {
  const [crds, karpenter] = helmCharts(smallLab());

  test('have the values that Helm gets, with the queue\'s literal name', () => {
    expect(karpenter).toEqual({
      logicalId: 'Karpenter',
      name: 'karpenter',
      repository: 'oci://public.ecr.aws/karpenter/karpenter',
      version: versions.karpenter,
      release: 'karpenter',
      namespace: 'kube-system',
      values: { settings: { interruptionQueue: 'lab' }, controller: { resources: { requests: { cpu: '500m', memory: '512Mi' } } } },
      waitsForPods: true,
    });
  });

  test('are named by the last part of an OCI reference where no chart is named', () => {
    expect(crds).toEqual(expect.objectContaining({ name: 'karpenter-crd', values: {}, waitsForPods: false }));
  });
});
