import { readNodeConfig } from '../../../../lib/rehearsal/ec2/boot/node-config';

/** As Karpenter writes it. */
const KARPENTER = `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="//"

--//
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/bash
echo hello

--//
Content-Type: application/node.eks.aws

# Karpenter Generated NodeConfig
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
metadata: {}
spec:
  cluster:
    apiServerEndpoint: https://127.0.0.1:26443
    certificateAuthority: Y2VydGlmaWNhdGU=
    cidr: 172.20.0.0/16
    name: karpenter-lab
  containerd: {}
  kubelet:
    config:
      clusterDNS:
      - 172.20.0.10
      maxPods: 58
      kubeReserved:
        cpu: 90m
      registerWithTaints:
      - effect: NoExecute
        key: karpenter.sh/unregistered
    flags:
    - --node-labels="eks-team=my-team,karpenter.sh/capacity-type=on-demand,karpenter.sh/nodepool=default"

--//--
`;

describe('the NodeConfig of user data', () => {
  it('is the part that Karpenter writes', () => {
    expect(readNodeConfig(KARPENTER)).toEqual({
      clusterName: 'karpenter-lab',
      endpoint: 'https://127.0.0.1:26443',
      certificateAuthority: 'Y2VydGlmaWNhdGU=',
      maxPods: 58,
      taints: [{ key: 'karpenter.sh/unregistered', effect: 'NoExecute' }],
      labels: { 'eks-team': 'my-team', 'karpenter.sh/capacity-type': 'on-demand', 'karpenter.sh/nodepool': 'default' },
      kubeReserved: { cpu: '90m' },
    });
  });

  it('is read with lines that end as MIME has them', () => {
    expect(readNodeConfig(KARPENTER.replaceAll('\n', '\r\n'))?.clusterName).toBe('karpenter-lab');
  });

  it('is the whole where there is no archive', () => {
    const config = readNodeConfig('apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster: { name: lab }\n  kubelet:\n    flags: ["--max-pods=17", "--register-with-taints=a=b:NoSchedule,c:NoExecute"]\n');
    expect(config).toMatchObject({
      clusterName: 'lab', endpoint: '', certificateAuthority: '', maxPods: 17, labels: {},
      taints: [{ key: 'a', value: 'b', effect: 'NoSchedule' }, { key: 'c', value: '', effect: 'NoExecute' }],
    });
  });

  it('is merged of several parts, of which the later ones count', () => {
    const part = (spec: string): string => `--x\nContent-Type: application/node.eks.aws\n\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: ${spec}\n`;
    const archive = `Content-Type: multipart/mixed; boundary=x\n\n${part('{cluster: {name: first, cidr: 10.0.0.0/16}}')}${part('{cluster: {name: second}}')}--x--`;
    expect(readNodeConfig(archive)).toMatchObject({ clusterName: 'second' });
  });

  it.each([['nothing', ''], ['a script', '#!/bin/bash\n/etc/eks/bootstrap.sh lab'], ['an object of another kind', 'apiVersion: v1\nkind: ConfigMap']])('fails when there is %s', (_what, userData) => {
    expect(readNodeConfig(userData)).toBeUndefined();
  });
});
