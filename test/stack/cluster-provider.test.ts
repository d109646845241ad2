import { Match } from 'aws-cdk-lib/assertions';
import { synthLab, type SynthesizedLab } from '../support/synth-lab';

describe('the cluster', () => {
  let lab: SynthesizedLab;

  beforeAll(async () => {
    lab = await synthLab();
  });

  it('runs the configured Kubernetes version, under standard support only', () => {
    lab.template.hasResourceProperties('AWS::EKS::Cluster', {
      Name: 'karpenter-lab',
      Version: '1.35',
      UpgradePolicy: { SupportType: 'STANDARD' },
    });
  });

  it('knows access entries only, and gives its creator none', () => {
    lab.template.hasResourceProperties('AWS::EKS::Cluster', {
      AccessConfig: { AuthenticationMode: 'API', BootstrapClusterCreatorAdminPermissions: false },
    });
  });

  it('is no Auto Mode cluster, whose nodes Karpenter would not launch', () => {
    lab.template.hasResourceProperties('AWS::EKS::Cluster', { ComputeConfig: { Enabled: false } });
  });

  it('installs no add-on by itself: each is pinned', () => {
    lab.template.hasResourceProperties('AWS::EKS::Cluster', { BootstrapSelfManagedAddons: false });
  });

  it('has the security group that EKS makes, and no second one', () => {
    lab.template.hasResourceProperties('AWS::EKS::Cluster', { ResourcesVpcConfig: { SecurityGroupIds: Match.absent() } });
  });

  it('logs all of its control plane to a group that the stack deletes', () => {
    lab.template.hasResource('AWS::Logs::LogGroup', {
      Properties: { LogGroupName: '/aws/eks/karpenter-lab/cluster', RetentionInDays: 7 },
      DeletionPolicy: 'Delete',
      UpdateReplacePolicy: 'Delete',
    });
    lab.template.hasResourceProperties('AWS::EKS::Cluster', {
      Logging: {
        ClusterLogging: { EnabledTypes: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'].map((Type) => ({ Type })) },
      },
    });
  });

  it('trusts no role that everyone in the account could assume', () => {
    for (const role of Object.values(lab.template.findResources('AWS::IAM::Role'))) {
      const { Properties } = role as { readonly Properties: { readonly AssumeRolePolicyDocument: { readonly Statement: readonly unknown[] } } };
      for (const statement of Properties.AssumeRolePolicyDocument.Statement) {
        expect(statement).not.toHaveProperty('Principal.AWS');
      }
    }
  });

  it('makes no key and no OIDC provider', () => {
    lab.template.resourceCountIs('AWS::KMS::Key', 0);
    lab.template.resourceCountIs('Custom::AWSCDKOpenIdConnectProvider', 0);
    lab.template.resourceCountIs('AWS::IAM::OIDCProvider', 0);
  });
});

describe('access to the cluster', () => {
  const endpoint = (access: Record<string, unknown>) => ({ ResourcesVpcConfig: Match.objectLike(access) });

  it('is private as long as nobody outside is named', async () => {
    const { template } = await synthLab();
    template.hasResourceProperties('AWS::EKS::Cluster', endpoint({
      EndpointPrivateAccess: true, EndpointPublicAccess: false, PublicAccessCidrs: Match.absent(),
    }));
  });

  it('is open to the named CIDRs, and stays open inside the VPC', async () => {
    const { template } = await synthLab({ apiAccess: '203.0.113.7/32,198.51.100.0/24' });
    template.hasResourceProperties('AWS::EKS::Cluster', endpoint({
      EndpointPrivateAccess: true, EndpointPublicAccess: true, PublicAccessCidrs: ['203.0.113.7/32', '198.51.100.0/24'],
    }));
  });

  it('is open to the world only when asked for', async () => {
    const { template } = await synthLab({ apiAccess: '0.0.0.0/0' });
    template.hasResourceProperties('AWS::EKS::Cluster', endpoint({ PublicAccessCidrs: ['0.0.0.0/0'] }));
  });

  it('makes admins of the configured principals, each by an access entry', async () => {
    const admins = ['arn:aws:iam::111122223333:role/instructor', 'arn:aws:iam::111122223333:user/assistant'];
    const { template } = await synthLab({ admins: admins.join(',') });
    for (const principal of admins) {
      template.hasResourceProperties('AWS::EKS::AccessEntry', {
        PrincipalArn: principal,
        AccessPolicies: [{
          AccessScope: { Type: 'cluster' },
          PolicyArn: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy']] },
        }],
      });
    }
    // The two admins, the kubectl handler, Karpenter's nodes and the drain guard.
    template.resourceCountIs('AWS::EKS::AccessEntry', 5);
  });
});
