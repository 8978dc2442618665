import { exitWith } from './cli/exit.js';
import { serve } from './serve.js';

await serve(process.env).catch(exitWith);
