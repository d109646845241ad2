// Jest keeps one process for many tests, and a process that synthesizes the stack a dozen times makes V8 of Node.js 20 optimize a
// function of the CDK on a thread of its own. Its escape analysis of that function takes many minutes, and Node.js does not exit
// before it ends: all tests have passed, and Jest hangs.
require('node:v8').setFlagsFromString('--no-turbo-escape');
