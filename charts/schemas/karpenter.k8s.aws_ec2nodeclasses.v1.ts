// Written by scripts/update-karpenter-schemas.mjs from
// github.com/aws/karpenter-provider-aws@v1.14.3/pkg/apis/crds/karpenter.k8s.aws_ec2nodeclasses.yaml. Do not edit.

export interface EC2NodeClass {
  apiVersion: 'karpenter.k8s.aws/v1';
  kind: 'EC2NodeClass';
  metadata: {
    [k: string]: unknown;
  };
  spec: {
    amiFamily?: 'AL2' | 'AL2023' | 'Bottlerocket' | 'Custom' | 'Windows2019' | 'Windows2022' | 'Windows2025';
    /**
     * @minItems 1
     * @maxItems 30
     */
    amiSelectorTerms: {
      alias?: string;
      id?: string;
      name?: string;
      owner?: string;
      ssmParameter?: string;
      tags?: {
        [k: string]: string;
      };
    }[];
    associatePublicIPAddress?: boolean;
    /**
     * @maxItems 50
     */
    blockDeviceMappings?: {
      deviceName?: string;
      ebs?: {
        deleteOnTermination?: boolean;
        encrypted?: boolean;
        iops?: number;
        kmsKeyID?: string;
        snapshotID?: string;
        throughput?: number;
        volumeInitializationRate?: number;
        volumeSize?: string;
        volumeType?: 'standard' | 'io1' | 'io2' | 'gp2' | 'sc1' | 'st1' | 'gp3';
      };
      rootVolume?: boolean;
    }[];
    /**
     * @maxItems 30
     */
    capacityReservationSelectorTerms?: {
      id?: string;
      instanceMatchCriteria?: 'open' | 'targeted';
      ownerID?: string;
      tags?: {
        [k: string]: string;
      };
    }[];
    connectionTracking?: {
      tcpEstablishedTimeout?: number;
      udpStreamTimeout?: number;
      udpTimeout?: number;
    };
    context?: string;
    cpuOptions?: {
      nestedVirtualization?: 'enabled' | 'disabled';
    };
    detailedMonitoring?: boolean;
    instanceProfile?: string;
    instanceStorePolicy?: 'RAID0';
    ipPrefixCount?: number;
    kubelet?: {
      clusterDNS?: string[];
      cpuCFSQuota?: boolean;
      evictionHard?: {
        [k: string]: string;
      };
      evictionMaxPodGracePeriod?: number;
      evictionSoft?: {
        [k: string]: string;
      };
      evictionSoftGracePeriod?: {
        [k: string]: string;
      };
      imageGCHighThresholdPercent?: number;
      imageGCLowThresholdPercent?: number;
      kubeReserved?: {
        [k: string]: string;
      };
      maxPods?: number;
      podsPerCore?: number;
      systemReserved?: {
        [k: string]: string;
      };
    };
    metadataOptions?: {
      httpEndpoint?: 'enabled' | 'disabled';
      httpProtocolIPv6?: 'enabled' | 'disabled';
      httpPutResponseHopLimit?: number;
      httpTokens?: 'required' | 'optional';
    };
    /**
     * @maxItems 150
     */
    networkInterfaces?: {
      deviceIndex: number;
      interfaceType: 'interface' | 'efa-only';
      networkCardIndex: number;
    }[];
    placementGroupSelector?: {
      id?: string;
      name?: string;
    };
    role?: string;
    /**
     * @maxItems 30
     */
    securityGroupSelectorTerms: {
      id?: string;
      name?: string;
      tags?: {
        [k: string]: string;
      };
    }[];
    /**
     * @maxItems 30
     */
    subnetSelectorTerms: {
      id?: string;
      tags?: {
        [k: string]: string;
      };
    }[];
    tags?: {
      [k: string]: string;
    };
    userData?: string;
  };
}
