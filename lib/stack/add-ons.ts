import { versions } from '../config/versions';
import { ManagedAddOn } from './managed-add-on';

/** Id, and so name, of the add-on that gives pods their AWS credentials. */
export const POD_IDENTITY_AGENT = 'eks-pod-identity-agent';

/** The EKS add-ons of the lab, at the versions pinned for its Kubernetes version. */
export function managedAddOns(): readonly ManagedAddOn[] {
  return [
    new ManagedAddOn({ name: 'vpc-cni', version: versions.addOns['vpc-cni'] }),
    new ManagedAddOn({ name: 'kube-proxy', version: versions.addOns['kube-proxy'] }),
    new ManagedAddOn({ name: POD_IDENTITY_AGENT, version: versions.addOns['eks-pod-identity-agent'] }),
    new ManagedAddOn({ name: 'coredns', version: versions.addOns.coredns, needsNodes: true }),
    new ManagedAddOn({ name: 'metrics-server', version: versions.addOns['metrics-server'], needsNodes: true }),
    new ManagedAddOn({
      name: 'aws-ebs-csi-driver',
      version: versions.addOns['aws-ebs-csi-driver'],
      needsNodes: true,
      podIdentity: { serviceAccount: 'ebs-csi-controller-sa', managedPolicy: 'service-role/AmazonEBSCSIDriverPolicy' },
    }),
  ];
}
