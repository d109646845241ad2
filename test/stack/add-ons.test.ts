import { versions } from '../../lib/config/versions';
import { synthLab, type SynthesizedLab } from '../support/synth-lab';

interface AddOn {
  readonly Properties: { readonly AddonName: string; readonly AddonVersion: string; readonly PreserveOnDelete: boolean; readonly ConfigurationValues?: string };
  readonly DependsOn?: readonly string[];
}

describe('the EKS add-ons', () => {
  let lab: SynthesizedLab;
  let addOns: readonly AddOn[];

  beforeAll(async () => {
    lab = await synthLab();
    addOns = Object.values(lab.template.findResources('AWS::EKS::Addon')) as AddOn[];
  });

  it('are the six of the lab, each at its pinned version', () => {
    const installed = Object.fromEntries(addOns.map(({ Properties }) => [Properties.AddonName, Properties.AddonVersion]));
    expect(installed).toEqual(versions.addOns);
    expect(Object.keys(installed)).toHaveLength(6);
  });

  it('leave their software to the cluster when the stack goes, so that the VPC CNI outlives the nodes', () => {
    expect(addOns.map(({ Properties }) => Properties.PreserveOnDelete)).not.toContain(false);
  });

  it.each(['coredns', 'metrics-server', 'aws-ebs-csi-driver'])('wait for nodes where they are Deployments: %s', (name) => {
    const nodeGroup = Object.keys(lab.template.findResources('AWS::EKS::Nodegroup'))[0];
    expect(addOns.find(({ Properties }) => Properties.AddonName === name)?.DependsOn).toContain(nodeGroup);
  });

  it.each(['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent'])('are there before nodes where nodes need them: %s', (name) => {
    expect(addOns.find(({ Properties }) => Properties.AddonName === name)?.DependsOn).toBeUndefined();
  });

  it('enforce NetworkPolicies for a class, and have settings of their own for nothing else', async () => {
    expect(addOns.map(({ Properties }) => Properties.ConfigurationValues)).toEqual(addOns.map(() => undefined));
    const withClass = Object.values((await synthLab({ 'class.students': 1 })).template.findResources('AWS::EKS::Addon')) as AddOn[];
    expect(withClass.flatMap(({ Properties: { AddonName, ConfigurationValues } }) => ConfigurationValues === undefined ? [] : [[AddonName, JSON.parse(ConfigurationValues)]]))
      .toEqual([['vpc-cni', { enableNetworkPolicy: 'true' }]]);
  });

  it('give the EBS CSI driver its rights by Pod Identity', () => {
    lab.template.hasResourceProperties('AWS::EKS::Addon', {
      AddonName: 'aws-ebs-csi-driver',
      PodIdentityAssociations: [{ ServiceAccount: 'ebs-csi-controller-sa' }],
    });
  });
});
