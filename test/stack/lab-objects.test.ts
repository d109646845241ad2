import { LabCharts, wiringOf } from '../../charts/lab-charts';
import { manifestsOf } from '../../charts/manifest';
import { loadConfig } from '../../lib/config/load';
import { LAB_OF_DEFAULTS, synthLab, type SynthesizedLab } from '../support/synth-lab';

interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly role: string;
    readonly subnetSelectorTerms: readonly { readonly tags: Readonly<Record<string, string>> }[];
    readonly securityGroupSelectorTerms: readonly { readonly tags: Readonly<Record<string, string>> }[];
    readonly replicas: number;
  };
}

const appliedBy = ({ template }: SynthesizedLab): readonly KubernetesObject[] =>
  Object.values(template.findResources('Custom::AWSCDK-EKS-KubernetesResource'))
    .flatMap((resource) => JSON.parse((resource as { readonly Properties: { readonly Manifest: string } }).Properties.Manifest) as KubernetesObject[]);

describe('the objects that the stack applies', () => {
  let lab: SynthesizedLab;

  beforeAll(async () => {
    lab = await synthLab();
  });

  it('are those of charts/, without a label or a field of the stack', () => {
    const config = loadConfig({ file: LAB_OF_DEFAULTS });
    const charts = new LabCharts(config, wiringOf(config));
    const forClass = appliedBy(lab).filter(({ metadata }) => metadata.name !== 'drain-guard');
    expect(forClass).toEqual([charts.nodePool, charts.inflate, charts.kubeOpsView].flatMap((chart) => manifestsOf(chart)));
  });

  it('run as many replicas as the context asks for', async () => {
    const scaled = appliedBy(await synthLab({ scale: '5' })).find(({ kind, spec }) => kind === 'Deployment' && spec.replicas === 5);
    expect(scaled).toBeDefined();
  });

  const nodeClass = () => appliedBy(lab).find(({ kind }) => kind === 'EC2NodeClass');

  it('select subnets by a tag that the private subnets have', () => {
    const [term, ...others] = nodeClass()?.spec.subnetSelectorTerms ?? [];
    expect(others).toEqual([]);
    const selected = Object.values(lab.template.findResources('AWS::EC2::Subnet')).filter((resource) => {
      const { Tags } = (resource as { readonly Properties: { readonly Tags: readonly { Key: string; Value: string }[] } }).Properties;
      return Object.entries(term?.tags ?? {}).every(([key, value]) => Tags.some((tag) => tag.Key === key && tag.Value === value));
    });
    expect(selected).toHaveLength(3);
  });

  it("select the security group by the tag that EKS gives the lab's own cluster", () => {
    const [cluster] = Object.values(lab.template.findResources('AWS::EKS::Cluster')) as { readonly Properties: { readonly Name: string } }[];
    expect(nodeClass()?.spec.securityGroupSelectorTerms).toEqual([{ tags: { 'aws:eks:cluster-name': cluster?.Properties.Name } }]);
  });

  it('name the role with which instances may join the cluster', () => {
    const [role, ...others] = Object.keys(lab.template.findResources('AWS::IAM::Role', { Properties: { RoleName: nodeClass()?.spec.role } }));
    expect(others).toEqual([]);
    lab.template.hasResourceProperties('AWS::EKS::AccessEntry', { Type: 'EC2_LINUX', PrincipalArn: { 'Fn::GetAtt': [role, 'Arn'] } });
  });
});
