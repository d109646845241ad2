import { EksBlueprint, GlobalResources } from '@aws-quickstart/eks-blueprints';
import { type App, type Environment, RemovalPolicies, type Stack, Tags } from 'aws-cdk-lib';
import { Cluster } from 'aws-cdk-lib/aws-eks-v2';
import { wiringOf } from '../../charts/lab-charts-wiring';
import { CONFIGURATION_METADATA } from '../assembly/assembly-configuration';
import { labNames } from '../config/names';
import type { LabConfig } from '../config/schema';
import { managedAddOns } from './add-ons';
import { grantAdmins } from './admin-access';
import { LabClusterProvider } from './cluster-provider';
import { addDeadline } from './deadline';
import { DrainGuard } from './drain-guard/drain-guard';
import { type Karpenter, KARPENTER_RELEASE, KarpenterAddOn } from './karpenter/karpenter-add-on';
import { ownFunctionLogs } from './function-logs';
import { kubectlAccess, kubectlHandlerOf } from './kubectl-handler';
import { LabObjects } from './lab-objects';
import { addLabOutputs } from './lab-outputs';
import { managedAddOnsOf } from './managed-add-on';
import { NetworkResourceProvider, networkOf } from './network-resource-provider';

/** Builds the one stack of the lab into an app. */
export async function buildLabStack(app: App, config: LabConfig): Promise<Stack> {
  const stackName = labNames(config.clusterName).stack;

  const blueprint = await EksBlueprint.builder()
    .resourceProvider(GlobalResources.Vpc, new NetworkResourceProvider(config))
    .clusterProvider(new LabClusterProvider(config))
    .addOns(...managedAddOns(), new KarpenterAddOn(config))
    // EKS encrypts secrets with a key of its own; a key of ours would stay for a week after the class.
    .useDefaultSecretEncryption(false)
    .buildAsync(app, stackName, { stackName, env: environmentOf(config) });
  blueprint.templateOptions.description = `Karpenter lab ${config.clusterName}`;

  const { clusterv2: cluster } = blueprint.getClusterInfo();
  if (!(cluster instanceof Cluster)) {
    throw new Error('LabClusterProvider makes a cluster of aws-eks-v2');
  }
  const admins = grantAdmins(cluster, config.admins);

  const karpenter = blueprint.node.findChild('Karpenter') as Karpenter;
  const objects = new LabObjects(blueprint, 'LabObjects', {
    cluster,
    config,
    wiring: wiringOf(config),
    controller: karpenter.controller,
  });
  const network = networkOf(blueprint);
  new DrainGuard(blueprint, 'DrainGuard', {
    cluster,
    clusterName: config.clusterName,
    vpc: network.withoutEgress,
    securityGroup: kubectlHandlerOf(blueprint).securityGroup,
    controller: { namespace: config.karpenter.namespace, name: KARPENTER_RELEASE },
    needs: [objects.nodeProvisioning, ...managedAddOnsOf(blueprint), network.egress, ...kubectlAccess(cluster), ...admins],
  });
  addLabOutputs(blueprint, config, objects.nodePoolName);

  addDeadline(blueprint, config);

  ownFunctionLogs(blueprint);
  // Nothing of the lab outlives its stack, whatever a construct's own default is.
  RemovalPolicies.of(blueprint).destroy();
  blueprint.node.addMetadata(CONFIGURATION_METADATA, config);
  for (const [key, value] of Object.entries(config.tags)) {
    Tags.of(blueprint).add(key, value);
  }
  return blueprint;
}

/** Account and region that the stack is bound to. Without an account it can be deployed with the credentials of any. */
function environmentOf({ account, region }: LabConfig): Environment {
  return account === '' ? { region } : { account, region };
}
