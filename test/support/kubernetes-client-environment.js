const { TestEnvironment } = require('jest-environment-node');

/**
 * Node's environment with Kubernetes' official client in it. The client is an ES module, which Jest's own loader cannot load;
 * this file is loaded by Node itself.
 */
module.exports = class KubernetesClientEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.kubernetesClient = await import('@kubernetes/client-node');
  }
};
