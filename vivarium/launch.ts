console.log("to be written", process.argv.slice(2));
