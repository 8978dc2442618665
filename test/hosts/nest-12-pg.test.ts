import { describeHost } from './support/describe-host.js';

describeHost({ nest: 12, database: 'pg', realtime: true });
