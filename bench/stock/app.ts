import * as blueprints from '@aws-quickstart/eks-blueprints';
import * as cdk from 'aws-cdk-lib';
import { KubernetesVersion } from 'aws-cdk-lib/aws-eks';
import { versions } from '../../lib/config/versions';

/**
 * What the benchmark compares the lab with: Karpenter on EKS as the documentation of eks-blueprints
 * puts it together, with versions pinned so that it makes no network call either.
 */
const app = new cdk.App();

void blueprints.EksBlueprint.builder()
  .region('ap-northeast-2')
  .version(KubernetesVersion.V1_35)
  .addOns(
    new blueprints.addons.VpcCniAddOn({ version: 'v1.22.4-eksbuild.3' }),
    new blueprints.addons.CoreDnsAddOn('v1.13.2-eksbuild.31'),
    new blueprints.addons.KubeProxyAddOn('v1.35.3-eksbuild.29'),
    new blueprints.addons.EksPodIdentityAgentAddOn('v1.3.10-eksbuild.3'),
    new blueprints.addons.MetricsServerAddOn(),
    new blueprints.addons.KarpenterV1AddOn({
      version: versions.karpenter,
      nodePoolSpec: {
        labels: { 'eks-team': 'my-team' },
        requirements: [
          { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['c', 'm', 'r'] },
          { key: 'karpenter.sh/capacity-type', operator: 'In', values: ['on-demand'] },
        ],
        disruption: { consolidationPolicy: 'WhenEmptyOrUnderutilized', consolidateAfter: '30s' },
      },
      ec2NodeClassSpec: {
        amiSelectorTerms: [{ alias: 'al2023@v20260917' }],
        subnetSelectorTerms: [{ tags: { 'karpenter.sh/discovery': 'stock' } }],
        securityGroupSelectorTerms: [{ tags: { 'aws:eks:cluster-name': 'stock' } }],
      },
      podIdentity: true,
      interruptionHandling: true,
    }),
  )
  .buildAsync(app, 'stock');
