/**
 * Seconds that a drain may take before the deletion of the stack fails with the reason. CloudFormation gives a custom resource
 * one hour and says only that it did not answer; the guard must speak before.
 */
export const DRAIN_DEADLINE_SECONDS = 55 * 60;

/** Seconds between two passes. */
export const DRAIN_INTERVAL_SECONDS = 15;
