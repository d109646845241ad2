import { createHash } from 'node:crypto';
import { EksBlueprint, GlobalResources } from '@aws-quickstart/eks-blueprints';
import { type App, CfnOutput, type Environment, RemovalPolicies, type Stack, Tags } from 'aws-cdk-lib';
import { type AccessEntry, Cluster } from 'aws-cdk-lib/aws-eks-v2';
import { wiringOf } from '../../charts/lab-charts';
import { CONFIGURATION_METADATA, resourceNames } from '../config/names';
import type { LabConfig } from '../config/schema';
import { LabClusterProvider } from './cluster-provider';
import { addDeadline } from './deadline';
import { DrainGuard } from './drain-guard';
import { ownFunctionLogs } from './functions';
import { type Karpenter, KARPENTER_RELEASE, KarpenterAddOn } from './karpenter-add-on';
import { kubectlAccess, kubectlHandlerOf } from './kubectl-handler';
import { LabObjects } from './lab-objects';
import { managedAddOns, managedAddOnsOf, nodeGroupsOf } from './managed-add-ons';
import { networkOf, NetworkResourceProvider } from './network';

/** Builds the one stack of the lab into an app. */
export async function buildLabStack(app: App, config: LabConfig): Promise<Stack> {
  const stackName = resourceNames(config.clusterName).stack;

  const blueprint = await EksBlueprint.builder()
    .resourceProvider(GlobalResources.Vpc, new NetworkResourceProvider(config))
    .clusterProvider(new LabClusterProvider(config))
    .addOns(...managedAddOns(config.class.students > 0), new KarpenterAddOn(config))
    // EKS encrypts secrets with a key of its own; a key of ours would stay for a week after the class.
    .useDefaultSecretEncryption(false)
    .buildAsync(app, stackName, { stackName, env: environmentOf(config) });
  blueprint.templateOptions.description = `Karpenter lab ${config.clusterName}`;

  const clusterInfo = blueprint.getClusterInfo();
  const { clusterv2: cluster } = clusterInfo;
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
  new DrainGuard(blueprint, 'DrainGuard', {
    cluster,
    clusterName: config.clusterName,
    vpc: networkOf(blueprint).withoutEgress,
    securityGroup: kubectlHandlerOf(blueprint).securityGroup,
    controller: { namespace: config.karpenter.namespace, name: KARPENTER_RELEASE },
    nodeGroups: nodeGroupsOf(clusterInfo),
    needs: [objects.nodeProvisioning, ...objects.seats, ...managedAddOnsOf(blueprint), ...kubectlAccess(cluster), ...admins],
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

/**
 * Makes IAM principals admins of the cluster, each by an access entry of its own.
 *
 * Deletion: who clears what holds a drain needs these rights, so the entries go after the drain. They leave nothing behind.
 *
 * @param admins ARNs of IAM roles or users
 */
function grantAdmins(cluster: Cluster, admins: readonly string[]): readonly AccessEntry[] {
  return admins.map((principal) => cluster.grantClusterAdmin(adminIdOf(principal), principal));
}

/** An ARN that its letters and digits tell apart from all others: no path, and no sign in the name but single hyphens. */
const PLAIN_ADMIN = /^arn:[a-z-]+:iam::\d+:(?:role|user)\/[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/;

/**
 * Id of an admin's access entry. It follows from the ARN alone: to add or remove one admin must not replace the entries of others,
 * because EKS refuses a second entry for a principal while the first is there.
 *
 * A path or another sign adds a hash, so that `team_a` is not taken for `team-a`. The stacks of 0.1.0 had no hash: where one has such
 * an admin, take the admin out, deploy, and put the admin back.
 */
function adminIdOf(principal: string): string {
  const readable = `Admin-${principal.replace(/[^A-Za-z0-9]+/g, '-')}`;
  return PLAIN_ADMIN.test(principal) ? readable : `${readable}-${createHash('sha256').update(principal).digest('hex').slice(0, 8)}`;
}

/** Adds to a stack what a class needs to begin. */
function addLabOutputs(stack: Stack, config: LabConfig, nodePoolName: string): void {
  const { clusterName, karpenter } = config;
  const outputs: Readonly<Record<string, { readonly value: string; readonly description: string }>> = {
    KubeconfigCommand: {
      value: `aws eks update-kubeconfig --region ${config.region} --name ${clusterName}`,
      description: 'Run this to reach the cluster with kubectl',
    },
    KarpenterNamespace: {
      value: karpenter.namespace,
      description: `The exercise reads it from the environment: export KARPENTER_NAMESPACE=${karpenter.namespace}`,
    },
    ClusterName: { value: clusterName, description: 'Name of the EKS cluster' },
    NodePoolName: { value: nodePoolName, description: 'NodePool that launches the nodes of the exercise' },
    InterruptionQueueName: {
      value: resourceNames(clusterName).interruptionQueue,
      description: 'SQS queue from which Karpenter learns of interruptions',
    },
  };
  for (const [id, { value, description }] of Object.entries(outputs)) {
    new CfnOutput(stack, id, { value, description });
  }
}
