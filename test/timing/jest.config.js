import base from '../../jest.config.js';

/** What the time of an answer tells: `npm run test:timing`. @type {import('jest').Config} */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/timing/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 1_800_000,
  verbose: true,
};
