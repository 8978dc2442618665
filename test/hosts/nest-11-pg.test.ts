import { describeHost } from './support/describe-host.js';

describeHost({ nest: 11, database: 'pg' });
