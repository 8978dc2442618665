import { describeHost } from './support/describe-host.js';

describeHost({ nest: 12, database: 'sqlite3' });
