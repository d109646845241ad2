import type { ProcessRecord } from '../process/running-processes';

/** How a control plane is started. */
export interface ControlPlaneStart {
  /** Loopback URL that the API server asks who a token belongs to. */
  readonly tokenReviewUrl: string;
  /** Addresses of Services, as a CIDR. */
  readonly serviceCidr: string;
  /** Addresses of pods, as a CIDR: the VPC's, as on EKS. */
  readonly podCidr: string;
}

/** A control plane that answers. */
export interface ControlPlaneAddress {
  /** URL of the API server. */
  readonly endpoint: string;
  /** Certificate of its authority, as PEM in base64. */
  readonly certificateAuthority: string;
  /** Absolute path of the kubeconfig that may do everything. It stays with the account. */
  readonly kubeconfig: string;
}

/** The control plane of the one cluster that an account can have at a time. */
export interface ControlPlane {
  /**
   * Starts an empty control plane, and waits until it answers.
   *
   * @throws LabError `ControlPlaneNotStarted`
   */
  start(options: ControlPlaneStart): Promise<ControlPlaneAddress>;
  /** Stops it. The next start begins without what it held. One that does not run is left alone. */
  stop(): Promise<void>;
  /** Its processes; none while it does not run. */
  processes(): readonly ProcessRecord[];
}
