const x: number = 1;
process.stdout.write(process.version + x + '\n');
