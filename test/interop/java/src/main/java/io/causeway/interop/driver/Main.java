package io.causeway.interop.driver;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.causeway.interop.arguments.Arguments;
import io.causeway.interop.log.StderrLog;
import io.causeway.interop.tls.DefaultTls;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A controller made of the released framework. Each line of standard input is a command
 * {@code {"id":1,"operation":"search",…}}, each line of standard output the answer to one:
 * {@code {"id":1,"result":…}} or {@code {"id":1,"error":{…}}}. Commands run concurrently. It ends with its input.
 */
public final class Main {
    private static final Gson GSON = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

    private final PrintStream answers;
    private final Commands commands = new Commands();
    private final ExecutorService executor = Executors.newCachedThreadPool();

    private Main(PrintStream answers) {
        this.answers = answers;
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        StderrLog.install();
        DefaultTls.set(Arguments.parse(arguments));
        new Main(answers).serve();
    }

    private void serve() throws Exception {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonObject command = JsonParser.parseString(line).getAsJsonObject();
                executor.execute(() -> run(command));
            }
        }
        System.exit(0);
    }

    private void run(JsonObject command) {
        JsonObject answer = new JsonObject();
        answer.add("id", command.get("id"));
        try {
            answer.add("result", commands.run(command.get("operation").getAsString(), command));
        } catch (Throwable failure) {
            answer.add("error", Failures.toJson(failure));
        }
        String line = GSON.toJson(answer);
        synchronized (answers) {
            answers.print(line);
            answers.print('\n');
            answers.flush();
        }
    }
}
