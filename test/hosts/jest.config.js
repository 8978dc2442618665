import base from '../../jest.config.js';

/** The long test of the package in hosts of every kind: `npm run test:hosts`. @type {import('jest').Config} */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/hosts/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/hosts/global-setup.mjs',
  globalTeardown: '<rootDir>/test/hosts/global-teardown.mjs',
  maxWorkers: 1,
  verbose: true,
};
