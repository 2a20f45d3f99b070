package io.causeway.interop.driver;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.identityconnectors.framework.api.ConnectorFacade;

/** A command on a connector facade. */
interface FacadeCommand {
    JsonElement run(ConnectorFacade facade, JsonObject command) throws Exception;
}
