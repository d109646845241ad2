import { nodeAddresses } from '../../../lib/exercise/class/class-bounds';

describe('the addresses that a node takes', () => {
  test('come in whole network interfaces, with one to spare', () => {
    // c5a.2xlarge: 4 interfaces of 15 addresses, of which the first is the interface's own.
    expect(nodeAddresses('c5a.2xlarge', 5)).toBe(30);
    expect(nodeAddresses('c5a.2xlarge', 15)).toBe(45);
    expect(nodeAddresses('c5a.2xlarge', 56)).toBe(60);
  });

  test('are those of the pods for an instance type in no table', () => {
    expect(nodeAddresses('x9.large', 7)).toBe(7);
  });
});
